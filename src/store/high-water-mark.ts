import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { advisoryLocks } from './advisory-locks';
import type { CommitFeed } from './commit-feed';
import { storeError } from './errors';
import { lastPosition } from './read';

export const highWaterLimits = {
  /** Positions looked at by one query. */
  window: 10_000,
  /** Looked again after this long even where no commit was heard of: word of it may have been lost. */
  pollMilliseconds: 1_000,
  /**
   * Between two steps forward: under load each has what was committed meanwhile, not one commit, and all who follow take it
   * together.
   */
  pauseMilliseconds: 30,
  /** Between two looks while an append below an event that is visible is still open. */
  gapMilliseconds: 5,
  retryMilliseconds: { first: 50, most: 2_000 },
} as const;

/** Who held the writers' lock when `top` was the highest visible position: once they are gone, no hole below it can fill. */
interface Barrier {
  top: number;
  writers: readonly string[];
}

/**
 * The position up to which every event is visible, and will stay the only ones: readers that stop there never overtake
 * an append that took its position first and commits last. Positions without a hole are safe as they are seen. At a hole
 * it waits until every writer of that moment has ended, who all share an advisory lock: without holding up anybody, and
 * whatever goes on in other databases of the server.
 */
export class HighWaterMark {
  private known: number | undefined;
  private barrier: Barrier | undefined;
  private wake: (() => void) | undefined;
  private heard = false;
  private readonly waiting = new Set<() => void>();
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly database: Pool,
    private readonly feed: Pick<CommitFeed, 'onCommit'>,
    private readonly onError: (error: Error) => void,
  ) {}

  /** 0 until it is known. */
  get position(): number {
    return this.known ?? 0;
  }

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.look();
    await this.running;
    this.tell();
  }

  /** Resolves with the mark once it is beyond `position`, or with what it is when `signal` aborts or the mark is stopped. */
  async beyond(position: number, signal: AbortSignal): Promise<number> {
    const over = AbortSignal.any([signal, this.stopping.signal]);
    while (this.position <= position && !over.aborted) {
      await new Promise<void>((resolve) => {
        const told = () => {
          this.waiting.delete(told);
          over.removeEventListener('abort', told);
          resolve();
        };
        this.waiting.add(told);
        over.addEventListener('abort', told, { once: true });
      });
    }
    return this.position;
  }

  /** The mark once all that was visible when this was asked is below it: nothing acknowledged before is missed. */
  async current(signal: AbortSignal = new AbortController().signal): Promise<number> {
    const last = await lastPosition(this.database);
    return last === 0 ? 0 : this.beyond(last - 1, signal);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const { first, most } = highWaterLimits.retryMilliseconds;
    const stopListening = this.feed.onCommit(() => this.look());
    let retry: number = first;
    while (!signal.aborted) {
      this.heard = false;
      const before = this.known;
      try {
        const more = await this.advance();
        retry = first;
        if (this.known !== before) {
          this.tell();
          if (!more) await delay(highWaterLimits.pauseMilliseconds, undefined, { signal }).catch(() => undefined);
        }
        if (!more)
          await this.untilHeard(this.barrier ? highWaterLimits.gapMilliseconds : highWaterLimits.pollMilliseconds);
      } catch (error) {
        this.onError(error instanceof Error ? error : new Error(String(error)));
        await delay(retry, undefined, { signal }).catch(() => undefined);
        retry = Math.min(retry * 2, most);
      }
    }
    stopListening();
  }

  private look(): void {
    this.heard = true;
    this.wake?.();
  }

  private tell(): void {
    for (const told of [...this.waiting]) told();
  }

  private async untilHeard(milliseconds: number): Promise<void> {
    if (this.heard) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = undefined;
  }

  /** One look; whether there is more to be looked at at once. */
  private async advance(): Promise<boolean> {
    if (this.known === undefined) {
      await this.pass();
      return false;
    }
    const { unbroken, top, full, last } = await this.visibleBeyond(this.known);
    if (last < this.known) {
      // The store lost events, as one does that was restored, or taken over by a copy that was behind.
      this.known = undefined;
      this.barrier = undefined;
      return true;
    }
    this.known = unbroken;
    if (unbroken === top) this.barrier = undefined;
    else await this.pass();
    return full;
  }

  /** Passes a hole that can no longer be filled, or remembers whom to wait for. */
  private async pass(): Promise<void> {
    const now = await this.writersNow();
    const open = this.barrier?.writers.filter((writer) => now.writers.includes(writer)) ?? now.writers;
    this.barrier ??= now;
    if (open.length > 0) return;
    this.known = Math.max(this.known ?? 0, this.barrier.top);
    this.barrier = undefined;
  }

  /** @returns also the `last` of all events, or any beyond the position */
  private async visibleBeyond(
    position: number,
  ): Promise<{ unbroken: number; top: number; full: boolean; last: number }> {
    const { window } = highWaterLimits;
    const [row] = await this.query<{ unbroken: number; top: number; count: number; last: number }>(
      'visible-beyond',
      `SELECT coalesce(max(position) FILTER (WHERE position = $1 + nth), $1)::float8 AS unbroken,
         coalesce(max(position), $1)::float8 AS top, count(*)::integer AS count,
         coalesce(max(position), (SELECT max(position) FROM events), 0)::float8 AS last
       FROM (SELECT position, row_number() OVER (ORDER BY position) AS nth
         FROM (SELECT position FROM events WHERE position > $1::bigint ORDER BY position LIMIT $2) AS next) AS numbered`,
      [position, window],
    );
    return {
      unbroken: row?.unbroken ?? position,
      top: row?.top ?? position,
      full: row?.count === window,
      last: row?.last ?? position,
    };
  }

  /** An append is visible before its lock is let go: who is not among the writers has nothing left to show. */
  private async writersNow(): Promise<Barrier> {
    const [row] = await this.query<{ top: number; writers: string[] }>(
      'writers-now',
      `SELECT coalesce((SELECT max(position) FROM events), 0)::float8 AS top,
         coalesce((SELECT array_agg(virtualtransaction) FROM pg_locks
           WHERE locktype = 'advisory' AND classid = 0 AND objid = ${advisoryLocks.writers} AND objsubid = 1 AND granted
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())), '{}') AS writers`,
      [],
    );
    return { top: row?.top ?? 0, writers: row?.writers ?? [] };
  }

  private async query<Row extends object>(name: string, text: string, values: unknown[]): Promise<Row[]> {
    try {
      return (await this.database.query<Row>({ name, text, values })).rows;
    } catch (error) {
      throw storeError(error);
    }
  }
}
