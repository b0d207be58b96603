import type { Pool } from 'pg';
import type { Batch, Outcome } from './batch';
import type { Command } from './command';
import { BatchDecider, type Decided, type DecideOptions } from './decide-batch';
import { QueueFull } from './errors';
import { Lanes } from './lanes';
import { LockedCommit } from './locked-commit';
import { type SnapshotOptions, SnapshotTaker } from './snapshot-taker';
import { Turns, turnLimits } from './turns';

export const groupCommitLimits = {
  /** Commands decided and appended together at the most. */
  batch: 128,
  /** Up to so many commands go together at once; of more, one half is decided while the other is being written. */
  undivided: 16,
  /** Commands that may wait in one lane; the next one is refused with QueueFull. */
  queue: 10_000,
  /** Commands that may wait in all lanes together. */
  allQueues: 30_000,
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
  /** A command was refused with QueueFull. */
  refused?(): void;
}

interface Waiting {
  command: Command<unknown>;
  since: number;
  settle(outcome: Outcome): void;
}

interface Landing {
  /** Whether the batch was committed as it was decided. */
  asDecided: boolean;
  /** Gives every command its outcome. */
  finish(): void;
}

/** A batch on its way. */
interface Flight {
  waiting: readonly Waiting[];
  batch: Batch | undefined;
  landed: Promise<Landing>;
}

/**
 * One committer per process: gathers the commands that arrive while the last append is in flight, decides them in order
 * on state held in memory, and appends all their events by one statement (group commit). The next batch is decided on
 * what the one in flight will leave, and sent when that has landed. Commands wait in lanes that take turns. Optimistic while
 * alone on its streams; where another process appends to a lane's stream too, it waits for its turn on it, or, where there is none
 * to be had, locks the rows first, reads what it missed, and decides then.
 */
export class GroupCommit {
  private readonly lanes = new Lanes<Waiting>({ lane: groupCommitLimits.queue, total: groupCommitLimits.allQueues });
  private readonly decider: BatchDecider;
  private readonly snapshots: SnapshotTaker;
  private readonly locked: LockedCommit;
  private readonly turns: Turns;
  private running: Promise<void> | undefined;
  private wake: () => void = () => undefined;

  constructor(
    private readonly pool: Pool,
    private readonly options: GroupCommitOptions,
  ) {
    this.snapshots = new SnapshotTaker(pool, options.snapshots);
    this.decider = new BatchDecider(options, this.snapshots);
    this.locked = new LockedCommit(pool, this.decider);
    this.turns = new Turns(pool);
  }

  /** Commands that wait to be decided. */
  get waiting(): number {
    return this.lanes.size;
  }

  /**
   * Decides the command and appends its events; resolves with what it decided once that is committed.
   * Rejects with QueueFull (nothing was done), StoreUnavailable (outcome unknown: send the same command again), or what `decide` threw.
   */
  submit<Result>(command: Command<Result>): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const settle = (outcome: Outcome) => (outcome.ok ? resolve(outcome.value as Result) : reject(outcome.error));
      try {
        this.lanes.add(laneOf(command), { command, since: performance.now(), settle });
      } catch (error) {
        if (error instanceof QueueFull) this.options.refused?.();
        throw error;
      }
      this.running ??= this.run();
      this.wake();
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
      this.askForTurns();
      const waiting = this.next(flight !== undefined);
      const ahead = flight?.batch && waiting.length > 0 ? await this.decideAhead(waiting, flight.batch) : undefined;
      const landing = await flight?.landed;
      const arrived = flight;
      this.turns.used((stream) => isOn(arrived, stream));
      // What is decided already is sent before those who wait are told: the store is to have something to do meanwhile.
      const launching = waiting.length > 0 ? this.launch(waiting, landing?.asDecided ? ahead : undefined) : undefined;
      landing?.finish();
      flight = await launching;
      this.giveBackTurns(flight);
      if (!flight && !landing && (this.lanes.size > 0 || this.turns.holdsAny)) await this.pause();
    } while (this.lanes.size > 0 || flight || this.turns.holdsAny);
    this.running = undefined;
  }

  /** What the next batch takes: all that wait, but never so many at once that nothing is left to overlap. */
  private next(flying: boolean): Waiting[] {
    const { batch, undivided } = groupCommitLimits;
    const isOpen = (lane: string) => this.isOpen(lane);
    const ready = this.lanes.ready(isOpen, 2 * batch);
    const half = Math.max(undivided, Math.ceil(ready / 2));
    // Others may have gone before for a while: what gathered meanwhile is all to go with the first batch of a turn.
    const whole = flying || this.turns.anyFresh;
    return this.lanes.take(Math.min(batch, whole ? ready : half), batch, isOpen);
  }

  private isOpen(lane: string): boolean {
    if (!this.decider.isContended(lane)) return true;
    const turn = this.turns.state(lane);
    return turn === 'without' || (turn === 'held' && !this.turns.isOver(lane));
  }

  private askForTurns(): void {
    for (const stream of this.decider.contended()) {
      if (!this.lanes.has(stream) || this.turns.state(stream) !== 'none') continue;
      void this.takeTurn(stream);
    }
  }

  private async takeTurn(stream: string): Promise<void> {
    const missed = await this.turns.ask(stream, this.decider.heldVersion(stream));
    try {
      if (missed) this.decider.catchUp(stream, missed);
    } catch {
      // What cannot be read is met again by the commands that need it.
    }
    this.wake();
  }

  /** Turns that are over or of no use, of streams that nothing is on its way to, or has been for too long. */
  private giveBackTurns(flight: Flight | undefined): void {
    for (const stream of this.turns.toGiveBack()) {
      if (!isOn(flight, stream) || this.turns.isOverdue(stream)) this.turns.giveBack(stream);
    }
  }

  /** Until a command or a turn comes, or a turn has become of no use. */
  private async pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      const late = setTimeout(resolve, turnLimits.idleMilliseconds);
      this.wake = () => {
        clearTimeout(late);
        resolve();
      };
    });
    this.wake = () => undefined;
  }

  /** Whether a command is on a stream that others append to and that is not ours for now. */
  private mustLock(commands: readonly Command<unknown>[]): boolean {
    return commands.some(({ streams }) =>
      streams.some(({ stream }) => this.decider.isContended(stream) && this.turns.state(stream) !== 'held'),
    );
  }

  /** Decides on what the batch in flight will leave; undefined where that cannot be known. */
  private async decideAhead(waiting: readonly Waiting[], flying: Batch): Promise<Decided | undefined> {
    const commands = waiting.map(({ command }) => command);
    if (this.mustLock(commands)) return undefined;
    return this.decider.decide(this.pool, commands, { trusting: true, flying }).catch(() => undefined);
  }

  /** Resolves when the batch is sent. */
  private async launch(waiting: readonly Waiting[], ahead: Decided | undefined): Promise<Flight> {
    const commands = waiting.map(({ command }) => command);
    const sent = performance.now();
    const report = { commands: waiting.length, conflict: false, locked: this.mustLock(commands) };
    const landing = (asDecided: boolean, outcomes: readonly Outcome[]): Landing => {
      const milliseconds = performance.now() - sent;
      const queuedMilliseconds = sent - (waiting[0]?.since ?? sent);
      const finish = () => {
        waiting.forEach(({ settle }, index) => {
          settle(outcomes[index] ?? { ok: false, error: new Error('a batch lost an outcome') });
        });
        this.options.report?.({ ...report, queuedMilliseconds, milliseconds });
      };
      return { asDecided, finish };
    };
    const theHardWay = async (error?: unknown): Promise<Landing> => {
      report.conflict = error !== undefined;
      return landing(false, await this.locked.commit(commands, error));
    };
    if (report.locked) return { waiting, batch: undefined, landed: theHardWay() };
    try {
      const decided = ahead ?? (await this.decider.decide(this.pool, commands, { trusting: true }));
      const landed = decided.send(this.pool).then(() => {
        this.decider.keep(decided.batch);
        return landing(true, decided.outcomes);
      }, theHardWay);
      return { waiting, batch: decided.batch, landed };
    } catch (error) {
      return { waiting, batch: undefined, landed: theHardWay(error) };
    }
  }
}

function laneOf({ lane, streams }: Command<unknown>): string {
  return lane ?? streams[0]?.stream ?? '';
}

function isOn(flight: Flight | undefined, name: string): boolean {
  return flight?.waiting.some(({ command }) => command.streams.some(({ stream }) => stream === name)) ?? false;
}
