import type { Pool } from 'pg';
import type { Batch, Outcome } from './batch';
import type { Command } from './command';
import { BatchDecider, type Decided, type DecideOptions, isConflict } from './decide-batch';
import { QueueFull, StoreUnavailable, storeError } from './errors';
import { type SnapshotOptions, SnapshotTaker } from './snapshot-taker';

export const groupCommitLimits = {
  /** Commands decided and appended together at the most. */
  batch: 128,
  /** Up to so many commands go together at once; of more, one half is decided while the other is being written. */
  undivided: 16,
  /** Commands that may wait; the next one is refused with QueueFull. */
  queue: 10_000,
} as const;

export interface BatchReport {
  commands: number;
  milliseconds: number;
  /** Longest wait of a command before its batch was sent. */
  queuedMilliseconds: number;
  conflict: boolean;
  locked: boolean;
}

export interface GroupCommitOptions extends DecideOptions {
  report?(report: BatchReport): void;
  snapshots?: SnapshotOptions;
}

interface Waiting {
  command: Command<unknown>;
  since: number;
  settle(outcome: Outcome): void;
}

/** A batch on its way. `landed` tells whether it was committed as it was decided. */
interface Flight {
  batch: Batch | undefined;
  landed: Promise<boolean>;
}

/** The lock that writers share before they lock any row, so that who waits for it alone never closes a circle. */
const begin = 'BEGIN; SELECT pg_advisory_xact_lock_shared(842001)';

/**
 * One committer per process: gathers the commands that arrive while the last append is in flight, decides them in order
 * on state held in memory, and appends all their events by one statement (group commit). The next batch is decided on
 * what the one in flight will leave, and sent when that has landed. Optimistic while alone on its streams; where another
 * process appends too, it locks the stream rows first, reads what it missed, and decides then.
 */
export class GroupCommit {
  private readonly queue: Waiting[] = [];
  private readonly decider: BatchDecider;
  private readonly snapshots: SnapshotTaker;
  private running: Promise<void> | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly options: GroupCommitOptions,
  ) {
    this.snapshots = new SnapshotTaker(pool, options.snapshots);
    this.decider = new BatchDecider(options, this.snapshots);
  }

  /**
   * Decides the command and appends its events; resolves with what it decided once that is committed.
   * Rejects with QueueFull (nothing was done), StoreUnavailable (outcome unknown: send the same command again), or what `decide` threw.
   */
  submit<Result>(command: Command<Result>): Promise<Result> {
    if (this.queue.length >= groupCommitLimits.queue) return Promise.reject(new QueueFull(groupCommitLimits.queue));
    return new Promise<Result>((resolve, reject) => {
      const settle = (outcome: Outcome) => (outcome.ok ? resolve(outcome.value as Result) : reject(outcome.error));
      this.queue.push({ command, since: performance.now(), settle });
      this.running ??= this.run();
    });
  }

  /** Resolves when every command submitted so far has its answer, and no snapshot is being written. */
  async idle(): Promise<void> {
    while (this.running) await this.running;
    await this.snapshots.idle();
  }

  private async run(): Promise<void> {
    let flight: Flight | undefined;
    do {
      // Commands submitted in the same turn of the event loop join the batch.
      await new Promise(setImmediate);
      const waiting = this.queue.splice(0, this.share(flight !== undefined));
      const ahead = flight?.batch && waiting.length > 0 ? await this.decideAhead(waiting, flight.batch) : undefined;
      const landed = await flight?.landed;
      flight = waiting.length > 0 ? await this.launch(waiting, landed ? ahead : undefined) : undefined;
    } while (this.queue.length > 0 || flight);
    this.running = undefined;
  }

  /** How many commands the next batch takes: all that wait, but never so many at once that nothing is left to overlap. */
  private share(flying: boolean): number {
    const { batch, undivided } = groupCommitLimits;
    const half = Math.max(undivided, Math.ceil(this.queue.length / 2));
    return Math.min(batch, flying ? this.queue.length : half);
  }

  /** Decides on what the batch in flight will leave; undefined where that cannot be known. */
  private async decideAhead(waiting: readonly Waiting[], flying: Batch): Promise<Decided | undefined> {
    const commands = waiting.map(({ command }) => command);
    if (this.decider.isContended(commands)) return undefined;
    return this.decider.decide(this.pool, commands, { trusting: true, flying }).catch(() => undefined);
  }

  /** Resolves when the batch is sent. */
  private async launch(waiting: readonly Waiting[], ahead: Decided | undefined): Promise<Flight> {
    const commands = waiting.map(({ command }) => command);
    const sent = performance.now();
    const report = { commands: waiting.length, conflict: false, locked: this.decider.isContended(commands) };
    const finish = (outcomes: readonly Outcome[]) => {
      waiting.forEach(({ settle }, index) => {
        settle(outcomes[index] ?? { ok: false, error: new Error('a batch lost an outcome') });
      });
      const queuedMilliseconds = sent - (waiting[0]?.since ?? sent);
      this.options.report?.({ ...report, queuedMilliseconds, milliseconds: performance.now() - sent });
    };
    const theHardWay = async (error?: unknown): Promise<false> => {
      report.conflict = error !== undefined;
      finish(await this.commitLocked(commands, error));
      return false;
    };
    if (report.locked) return { batch: undefined, landed: theHardWay() };
    try {
      const decided = ahead ?? (await this.decider.decide(this.pool, commands, { trusting: true }));
      const landed = decided.send(this.pool).then(() => {
        this.decider.keep(decided.batch);
        finish(decided.outcomes);
        return true;
      }, theHardWay);
      return { batch: decided.batch, landed };
    } catch (error) {
      return { batch: undefined, landed: theHardWay(error) };
    }
  }

  /** After a conflict, or where one is to be expected. Any other failure of the whole batch fails all its commands. */
  private async commitLocked(commands: readonly Command<unknown>[], error?: unknown): Promise<Outcome[]> {
    this.decider.noteConflict(error);
    if (error !== undefined && !isConflict(error)) return this.apart(commands, error);
    return this.attemptLocked(commands).catch((failure: unknown) => this.apart(commands, failure));
  }

  /**
   * A batch that failed as a whole, for no reason that would fail them all, is tried one by one: only the guilty fails.
   * So is a single command that lost a race for a stream which was not there yet to be locked.
   */
  private async apart(commands: readonly Command<unknown>[], error: unknown): Promise<Outcome[]> {
    if (error instanceof StoreUnavailable || (commands.length === 1 && !isConflict(error))) {
      return commands.map(() => ({ ok: false, error }));
    }
    const outcomes: Outcome[] = [];
    for (const each of commands) {
      const alone = await this.attemptLocked([each]).catch((own: unknown): Outcome[] => [{ ok: false, error: own }]);
      outcomes.push(alone[0] ?? { ok: false, error });
    }
    return outcomes;
  }

  /** Locks the streams first, so that what is read is what is appended to. */
  private async attemptLocked(commands: readonly Command<unknown>[]): Promise<Outcome[]> {
    const streams = [...new Set(commands.flatMap((command) => command.streams.map(({ stream }) => stream)))];
    const client = await this.pool.connect().catch((error: unknown) => {
      throw new StoreUnavailable(error);
    });
    let broken: Error | undefined;
    try {
      await client.query(begin);
      await client.query('SELECT 1 FROM streams WHERE stream = ANY($1) ORDER BY stream COLLATE "C" FOR UPDATE', [
        streams,
      ]);
      const { batch, outcomes, send } = await this.decider.decide(client, commands, { trusting: false });
      await send(client);
      await client.query('COMMIT');
      this.decider.keep(batch);
      return outcomes;
    } catch (error) {
      const known = storeError(error);
      if (known instanceof StoreUnavailable) broken = known;
      else {
        await client.query('ROLLBACK').catch((failure: Error) => {
          broken = failure;
        });
      }
      throw known;
    } finally {
      client.release(broken);
    }
  }
}
