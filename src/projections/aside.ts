import type { ClientBase, Pool as Database } from 'pg';
import { type RecordedEvent, readAll, subscriptionLimits } from '../store';
import { isPoison } from './checkpoint';
import type { Into, Projection } from './projection';

export const asideLimits = {
  /** Events that cannot be applied and are put up with while a projection is built aside; more are a fault of the code. */
  parked: 10_000,
} as const;

export interface ParkedAside {
  position: number;
  stream: string;
  error: string | null;
}

/** Tables of the same shape beside those that are in use, and how far they have been filled. */
export class Aside {
  position = 0;
  readonly parked: ParkedAside[] = [];
  private readonly heldStreams = new Set<string>();

  /** @param suffix makes names of their own */
  constructor(
    readonly projection: Projection,
    private readonly suffix: string,
  ) {}

  nameOf(table: string): string {
    return `${table}_${this.suffix}`;
  }

  async create(connection: ClientBase, kind: 'TEMPORARY' | ''): Promise<void> {
    for (const table of this.projection.tables) {
      await connection.query(`DROP TABLE IF EXISTS ${this.nameOf(table)}`);
      await connection.query(`CREATE ${kind} TABLE ${this.nameOf(table)} (LIKE ${table} INCLUDING ALL)`);
    }
  }

  async drop(connection: ClientBase): Promise<void> {
    for (const table of this.projection.tables) await connection.query(`DROP TABLE IF EXISTS ${this.nameOf(table)}`);
  }

  /**
   * Applies all events up to a position, reading the next ones while these are written.
   * @param reading another connection than the one that writes, or the same where its snapshot is wanted
   */
  async fill(
    reading: Database | ClientBase,
    connection: ClientBase,
    upTo: number,
    progress: (position: number) => void = () => undefined,
  ): Promise<void> {
    const { events: types } = this.projection;
    const read = (after: number) =>
      after < upTo ? readAll(reading, { after, upTo: this.end(after, upTo), types }) : Promise.resolve([]);
    let next = read(this.position);
    while (this.position < upTo) {
      const events = await next;
      const end = this.end(this.position, upTo);
      next = read(end);
      next.catch(() => undefined);
      await this.apply(connection, events);
      this.position = end;
      progress(end);
    }
  }

  private end(after: number, upTo: number): number {
    return Math.min(upTo, after + subscriptionLimits.window);
  }

  private async apply(connection: ClientBase, events: readonly RecordedEvent[]): Promise<void> {
    const free = events.filter(({ stream }) => !this.heldStreams.has(stream));
    for (const { position, stream } of events)
      if (this.heldStreams.has(stream)) this.park({ position, stream, error: null });
    if (free.length === 0) return;
    const into: Into = { connection, table: (name) => this.nameOf(name) };
    await connection.query('SAVEPOINT batch');
    try {
      await this.projection.apply(free, into);
      await connection.query('RELEASE SAVEPOINT batch');
    } catch (error) {
      if (!isPoison(error)) throw error;
      await connection.query('ROLLBACK TO SAVEPOINT batch');
      const [first, ...others] = free;
      if (first && others.length === 0) {
        const { position, stream } = first;
        this.heldStreams.add(stream);
        this.park({ position, stream, error: error instanceof Error ? error.message : String(error) });
        return;
      }
      await this.apply(connection, free.slice(0, free.length >> 1));
      await this.apply(connection, free.slice(free.length >> 1));
    }
  }

  private park(event: ParkedAside): void {
    this.parked.push(event);
    if (this.parked.length > asideLimits.parked) {
      throw new Error(
        `${this.projection.name}: more than ${asideLimits.parked} events cannot be applied; the last: ${event.error}`,
      );
    }
  }
}
