import { LRUCache } from 'lru-cache';
import type { Pool, PoolClient } from 'pg';
import { advisoryLocks } from './advisory-locks';
import type { EncodedEvent } from './command';

export const turnLimits = {
  /** How long a process keeps a stream to itself while others wait for it. */
  milliseconds: 20,
  /** A turn that is over for so long is given back though appends to the stream go on, as those of purchases in other lanes may for ever. */
  overdueMilliseconds: 100,
  /** A turn is given back early when nothing came for so long. */
  idleMilliseconds: 2,
  /** How long to wait for a process that does not give its turn back, as one that is frozen; then it is passed over. */
  patienceMilliseconds: 400,
  /** After that, batches for the stream lock its row for so long before a turn is asked for again. */
  withoutMilliseconds: 1_000,
  /** Turns that a process has or waits for at one time; each keeps a connection. */
  atOnce: 3,
  /** Streams remembered as going without a turn. */
  without: 1_000,
} as const;

/** What other processes appended to a stream before it was our turn. */
export type Missed = EncodedEvent & { version: number };

type Turn = { kind: 'waiting' } | { kind: 'held'; client: PoolClient; ends: number; lastUsed: number; fresh: boolean };

const take = {
  name: 'take-turn',
  text: 'SELECT version::float8, type, schema_version AS "schemaVersion", data FROM take_turn($1, $2::bigint, $3)',
};
const giveBack = { name: 'give-back-turn', text: `SELECT pg_advisory_unlock(${advisoryLocks.turns}, hashtext($1))` };

/**
 * Processes that append to the same stream take turns on it, each for some batches, instead of running into one another's
 * expected versions. A turn is an advisory lock of a session: it ends with its process's connection, and who waits too long goes
 * on without, for what makes an append right is its expected version alone.
 */
export class Turns {
  private readonly turns = new Map<string, Turn>();
  private readonly without = new LRUCache<string, true>({
    max: turnLimits.without,
    ttl: turnLimits.withoutMilliseconds,
  });

  constructor(private readonly pool: Pool) {}

  /** Ours, waited for, not to be had for now, or not asked for. */
  state(stream: string): 'held' | 'waiting' | 'without' | 'none' {
    return this.turns.get(stream)?.kind ?? (this.without.has(stream) ? 'without' : 'none');
  }

  /** Asks for the turn. Resolves when it is ours, with what was missed beyond `after`, or with nothing when it is not to be had. */
  async ask(stream: string, after: number | null): Promise<Missed[] | undefined> {
    if (this.turns.size >= turnLimits.atOnce) return this.goWithout(stream, undefined);
    const values = [stream, after, `${turnLimits.patienceMilliseconds}ms`];
    this.turns.set(stream, { kind: 'waiting' });
    let client: PoolClient | undefined;
    try {
      client = await this.pool.connect();
      const { rows } = await client.query<Missed>({ ...take, values });
      const now = performance.now();
      this.turns.set(stream, { kind: 'held', client, ends: now + turnLimits.milliseconds, lastUsed: now, fresh: true });
      return rows;
    } catch {
      return this.goWithout(stream, client);
    }
  }

  /** Says which of the turns that are held were of use until now. */
  used(isOfUse: (stream: string) => boolean): void {
    for (const [stream, turn] of this.turns) {
      if (turn.kind !== 'held' || !isOfUse(stream)) continue;
      turn.lastUsed = performance.now();
      turn.fresh = false;
    }
  }

  /** Whether there is a turn that has not been used yet. */
  get anyFresh(): boolean {
    for (const turn of this.turns.values()) if (turn.kind === 'held' && turn.fresh) return true;
    return false;
  }

  isOver(stream: string): boolean {
    const turn = this.turns.get(stream);
    return turn?.kind === 'held' && performance.now() >= turn.ends;
  }

  /** Over, and kept for much longer by appends that never cease. */
  isOverdue(stream: string): boolean {
    const turn = this.turns.get(stream);
    return turn?.kind === 'held' && performance.now() >= turn.ends + turnLimits.overdueMilliseconds;
  }

  /** Streams whose turn is over, or of no use any more. */
  toGiveBack(): string[] {
    const now = performance.now();
    const { idleMilliseconds } = turnLimits;
    return [...this.turns].flatMap(([stream, turn]) =>
      turn.kind === 'held' && (now >= turn.ends || now - turn.lastUsed >= idleMilliseconds) ? [stream] : [],
    );
  }

  get holdsAny(): boolean {
    for (const { kind } of this.turns.values()) if (kind === 'held') return true;
    return false;
  }

  /** To be called when no append to the stream is under way: one that is may run into the next process's. */
  giveBack(stream: string): void {
    const turn = this.turns.get(stream);
    if (turn?.kind !== 'held') return;
    this.turns.delete(stream);
    const { client } = turn;
    client.query({ ...giveBack, values: [stream] }).then(
      () => client.release(),
      (error: Error) => client.release(error),
    );
  }

  /** A connection that may have the lock after all is closed, which ends it. */
  private goWithout(stream: string, client: PoolClient | undefined): undefined {
    client?.release(true);
    this.turns.delete(stream);
    this.without.set(stream, true);
    return undefined;
  }
}
