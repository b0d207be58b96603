import type { Pool as Database } from 'pg';
import {
  type HighWaterMark,
  Leadership,
  PositionMoved,
  readAll,
  SharedReading,
  subscribe,
  subscriptionLimits,
} from '../store';
import { advance, checkpoint } from './checkpoint';
import { knownEvents, type Projection } from './projection';

export const followLimits = {
  /** Between two looks of a process that stands by at what others lead. */
  standbyMilliseconds: 5_000,
  /** A leader behind the events for so long without a batch stands still, though it holds its lock: another helps out. */
  silentSeconds: 10,
} as const;

export interface FollowOptions {
  /** For the connection that holds the leader's locks. */
  databaseUrl: string;
  database: Database;
  mark: HighWaterMark;
  projections: readonly Projection[];
  onError(error: Error, projection?: string): void;
}

/** Keeps projections up with the events, each led by one process at a time; the others stand by. */
export class ProjectionFollower {
  private readonly leadership: Leadership;
  private readonly reading: SharedReading;
  private readonly led = new Map<string, { ending: AbortController; done: Promise<void> }>();
  private standingBy: NodeJS.Timeout | undefined;
  private helping: Promise<void> | undefined;

  constructor(private readonly options: FollowOptions) {
    const { databaseUrl, database, projections, onError } = options;
    this.reading = new SharedReading(database);
    const names = projections.map(({ name }) => name);
    this.leadership = new Leadership(databaseUrl, names, (name, leads) => this.turn(name, leads), onError);
  }

  start(): void {
    this.leadership.start();
    this.standingBy ??= setInterval(() => {
      this.helping ??= this.help().finally(() => {
        this.helping = undefined;
      });
    }, followLimits.standbyMilliseconds);
  }

  /** Resolves when nothing is being applied any more. */
  async stop(): Promise<void> {
    const working = [...this.led.values()];
    for (const { ending } of working) ending.abort();
    clearInterval(this.standingBy);
    await Promise.all([...working.map(({ done }) => done), this.helping]);
    await this.leadership.stop();
  }

  private turn(name: string, leads: boolean): void {
    this.led.get(name)?.ending.abort();
    this.led.delete(name);
    const projection = this.options.projections.find((each) => each.name === name);
    if (!leads || !projection) return;
    const ending = new AbortController();
    this.led.set(name, { ending, done: this.follow(projection, ending.signal) });
  }

  /** A frozen process keeps its lock. Its checkpoint fences it off when it wakes. */
  private async help(): Promise<void> {
    const { database, mark, projections, onError } = this.options;
    const others = projections.filter(({ name }) => !this.led.has(name));
    try {
      const { rows } = await database.query<{ name: string }>(
        `SELECT name FROM projections WHERE name = ANY($1) AND position < $2
           AND updated_at < now() - make_interval(secs => $3)`,
        [others.map(({ name }) => name), mark.position, followLimits.silentSeconds],
      );
      for (const each of others) {
        if (rows.some(({ name }) => name === each.name)) await catchUp(database, each, mark.position);
      }
    } catch (error) {
      if (!(error instanceof PositionMoved)) onError(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private follow(projection: Projection, signal: AbortSignal): Promise<void> {
    const { database, mark, onError } = this.options;
    const wanted = { types: projection.events, known: knownEvents };
    return subscribe({
      mark,
      read: (range) => this.reading.read({ ...range, ...wanted }),
      from: () => checkpoint(database, projection.name),
      handle: (batch) => advance(database, projection, batch),
      signal,
      onError: (error) => onError(error, projection.name),
    });
  }
}

/** Brings a projection up to a position that a high-water mark has passed, in this very process, and stays no longer. */
export async function catchUp(database: Database, projection: Projection, upTo: number): Promise<void> {
  for (;;) {
    const after = await checkpoint(database, projection.name);
    if (after >= upTo) return;
    const next = Math.min(upTo, after + subscriptionLimits.window);
    const events = await readAll(database, { after, upTo: next, types: projection.events, known: knownEvents });
    await advance(database, projection, { after, upTo: next, events });
  }
}
