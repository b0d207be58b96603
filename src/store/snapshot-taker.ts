import { setImmediate as nextTurn } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import type { AnyAggregate, SnapshotFormat } from './command';
import type { Held } from './held-streams';
import { writeSnapshot } from './snapshots';

export const snapshotLimits = {
  /** After one was taken it takes so many times as long until the next: what they may cost of a process's time. */
  restFactor: 20,
  /** A stream that has not changed for so long is at rest. */
  quietMilliseconds: 5_000,
  /** Streams that wait for a snapshot, and streams whose last one is remembered; the one unused for longest is let go. */
  streams: 2_000,
  /** Of one state, in characters. A larger one is not kept. */
  characters: 64_000_000,
} as const;
export type SnapshotLimits = { [Limit in keyof typeof snapshotLimits]: number };

export type SnapshotReport =
  | { stream: string; version: number; characters: number; milliseconds: number }
  | { stream: string; error: unknown };

export interface SnapshotOptions {
  limits?: Partial<SnapshotLimits>;
  /** Called for each that was kept, and for each that could not be kept or read. */
  report?(report: SnapshotReport): void;
}

interface Waiting extends Held {
  stream: string;
  format: SnapshotFormat<unknown>;
  since: number;
}

/**
 * Takes snapshots of committed states behind the back of the commits: one at a time, between other work, seldom enough
 * not to be felt. What fails is reported and harms nobody; a later one makes good for it.
 */
export class SnapshotTaker {
  private readonly limits: SnapshotLimits;
  private readonly taken: LRUCache<string, number>;
  /** With many events since their last one. First come, first served, each with its newest state. */
  private readonly due = new Map<string, Waiting>();
  /** With a few; the one that changed longest ago comes first. */
  private readonly resting = new Map<string, Waiting>();
  private notBefore = 0;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly database: Pool,
    private readonly options: SnapshotOptions = {},
  ) {
    this.limits = { ...snapshotLimits, ...options.limits };
    this.taken = new LRUCache({ max: this.limits.streams });
  }

  /** What was read of this stream began with a snapshot of this version. */
  found(stream: string, version: number): void {
    this.taken.set(stream, Math.max(version, this.taken.get(stream) ?? 0));
  }

  report(report: SnapshotReport): void {
    this.options.report?.(report);
  }

  /** A stream stands so, and that is committed. Returns at once. */
  committed(stream: string, { snapshot: format }: AnyAggregate, { state, version }: Held): void {
    if (!format) return;
    const since = version - (this.taken.get(stream) ?? 0);
    if (since < format.atRest) return;
    const waiting = { stream, format, state, version, since: performance.now() };
    const isNewlyDue = since >= format.every && !this.due.has(stream);
    this.resting.delete(stream);
    const list = since >= format.every ? this.due : this.resting;
    list.set(stream, waiting);
    for (const oldest of list.keys()) {
      if (list.size <= this.limits.streams) break;
      list.delete(oldest);
    }
    if (isNewlyDue || !this.timer) this.plan();
  }

  /** Resolves when none is being taken. Those that wait are left to a later process, which reads more events for it. */
  async idle(): Promise<void> {
    await this.running;
  }

  private plan(): void {
    if (this.running || this.database.ending) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    const [oldest] = this.resting.values();
    if (this.due.size === 0 && !oldest) return;
    const wanted = this.due.size > 0 || !oldest ? 0 : oldest.since + this.limits.quietMilliseconds;
    const wait = Math.max(wanted, this.notBefore) - performance.now();
    // A process that has nothing else to do ends.
    this.timer = setTimeout(() => this.run(), Math.max(0, wait)).unref();
  }

  private run(): void {
    this.timer = undefined;
    const next = this.next();
    if (!next) {
      this.plan();
      return;
    }
    this.running = this.take(next).finally(() => {
      this.running = undefined;
      this.plan();
    });
  }

  private next(): Waiting | undefined {
    const [due] = this.due.values();
    const [oldest] = this.resting.values();
    const quiet = oldest && performance.now() >= oldest.since + this.limits.quietMilliseconds ? oldest : undefined;
    const next = due ?? quiet;
    if (next) (next === due ? this.due : this.resting).delete(next.stream);
    return next;
  }

  private async take({ stream, version, state, format }: Waiting): Promise<void> {
    const began = performance.now();
    try {
      const text = await this.write(format, state);
      // Whoever lets go of the database does not wait for what may as well be taken another time.
      if (this.database.ending) return;
      await writeSnapshot(this.database, { stream, version, reducer: format.reducer, state: text });
      this.found(stream, version);
      this.report({ stream, version, characters: text.length, milliseconds: performance.now() - began });
    } catch (error) {
      this.report({ stream, error });
    }
    const ended = performance.now();
    this.notBefore = ended + (ended - began) * this.limits.restFactor;
  }

  private async write(format: SnapshotFormat<unknown>, state: unknown): Promise<string> {
    const pieces: string[] = [];
    let characters = 0;
    for (const piece of format.write(state)) {
      pieces.push(piece);
      characters += piece.length;
      if (characters > this.limits.characters) {
        throw new Error(`a snapshot of more than ${this.limits.characters} characters`);
      }
      await nextTurn();
    }
    return pieces.join('');
  }
}
