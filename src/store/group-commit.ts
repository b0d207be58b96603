import type { ClientBase, Pool } from 'pg';
import { type InlineWrite, prepareAppend, sendAppend } from './append';
import { Batch, type Outcome } from './batch';
import type { AnyAggregate, Command, StreamChange } from './command';
import { Contention } from './contention';
import { DuplicateEventId, QueueFull, StoreUnavailable, storeError, WrongExpectedVersion } from './errors';
import type { StreamAppend } from './event';
import { type Held, HeldStreams } from './held-streams';
import { readStreams, readVersions } from './read';

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

export interface GroupCommitOptions {
  aggregates: readonly unknown[];
  eventId(commandId: string, index: number): string;
  inline?(changes: readonly StreamChange[]): InlineWrite[];
  report?(report: BatchReport): void;
}

interface Waiting {
  command: Command<unknown>;
  since: number;
  settle(outcome: Outcome): void;
}

/** A batch that is decided and ready to be sent. */
interface Decided {
  batch: Batch;
  outcomes: Outcome[];
  send(connection: Pool | ClientBase): Promise<unknown>;
}

/** A batch on its way. `landed` tells whether it was committed as it was decided. */
interface Flight {
  batch: Batch | undefined;
  landed: Promise<boolean>;
}

/**
 * One committer per process: gathers the commands that arrive while the last append is in flight, decides them in order
 * on state held in memory, and appends all their events by one statement (group commit). The next batch is decided on
 * what the one in flight will leave, and sent when that has landed. Optimistic while alone on its streams; where another
 * process appends too, it locks the stream rows first, reads what it missed, and decides then.
 */
export class GroupCommit {
  private readonly queue: Waiting[] = [];
  private readonly held = new HeldStreams();
  private readonly contention = new Contention();
  private readonly aggregates: ReadonlyMap<string, AnyAggregate>;
  private running: Promise<void> | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly options: GroupCommitOptions,
  ) {
    const aggregates = options.aggregates as readonly AnyAggregate[];
    this.aggregates = new Map(aggregates.map((aggregate) => [aggregate.category, aggregate]));
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

  /** Resolves when every command submitted so far has its answer. */
  async idle(): Promise<void> {
    while (this.running) await this.running;
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
    if (this.mustLock(waiting)) return undefined;
    return this.decide(this.pool, waiting, { trusting: true, flying }).catch(() => undefined);
  }

  /** Resolves when the batch is sent. */
  private async launch(waiting: readonly Waiting[], ahead: Decided | undefined): Promise<Flight> {
    const sent = performance.now();
    const report = { commands: waiting.length, conflict: false, locked: this.mustLock(waiting) };
    const finish = (outcomes: readonly Outcome[]) => {
      waiting.forEach(({ settle }, index) => {
        settle(outcomes[index] ?? { ok: false, error: new Error('a batch lost an outcome') });
      });
      const queuedMilliseconds = sent - (waiting[0]?.since ?? sent);
      this.options.report?.({ ...report, queuedMilliseconds, milliseconds: performance.now() - sent });
    };
    const theHardWay = async (error?: unknown): Promise<false> => {
      report.conflict = error !== undefined;
      finish(await this.commitLocked(waiting, error));
      return false;
    };
    if (report.locked) return { batch: undefined, landed: theHardWay() };
    try {
      const decided = ahead ?? (await this.decide(this.pool, waiting, { trusting: true }));
      const landed = decided.send(this.pool).then(() => {
        this.keep(decided.batch);
        finish(decided.outcomes);
        return true;
      }, theHardWay);
      return { batch: decided.batch, landed };
    } catch (error) {
      return { batch: undefined, landed: theHardWay(error) };
    }
  }

  /** After a conflict, or where one is to be expected. Any other failure of the whole batch fails all its commands. */
  private async commitLocked(waiting: readonly Waiting[], error?: unknown): Promise<Outcome[]> {
    if (error instanceof WrongExpectedVersion && this.held.get(error.stream)) this.contention.noticed(error.stream);
    if (error !== undefined && !isConflict(error)) return this.apart(waiting, error);
    return this.attemptLocked(waiting).catch((failure: unknown) => this.apart(waiting, failure));
  }

  /**
   * A batch that failed as a whole, for no reason that would fail them all, is tried one by one: only the guilty fails.
   * So is a single command that lost a race for a stream which was not there yet to be locked.
   */
  private async apart(waiting: readonly Waiting[], error: unknown): Promise<Outcome[]> {
    if (error instanceof StoreUnavailable || (waiting.length === 1 && !isConflict(error))) {
      return waiting.map(() => ({ ok: false, error }));
    }
    const outcomes: Outcome[] = [];
    for (const each of waiting) {
      const alone = await this.attemptLocked([each]).catch((own: unknown): Outcome[] => [{ ok: false, error: own }]);
      outcomes.push(alone[0] ?? { ok: false, error });
    }
    return outcomes;
  }

  private mustLock(waiting: readonly Waiting[]): boolean {
    return waiting.some(({ command }) => command.streams.some(({ stream }) => this.contention.has(stream)));
  }

  private async decide(connection: Pool | ClientBase, waiting: readonly Waiting[], trust: Trust): Promise<Decided> {
    const batch = await this.load(connection, waiting, trust);
    const outcomes = waiting.map(({ command }) => batch.decide(command));
    if (trust.trusting && waiting.some(({ command }, index) => assumes(command) && outcomes[index]?.ok === false)) {
      throw new AssumptionFailed();
    }
    const changes = batch.changes();
    if (changes.length === 0) {
      const looked = trust.trusting ? batch.appends() : [];
      return { batch, outcomes, send: (through) => expectUnmoved(through, looked) };
    }
    const prepared = prepareAppend(batch.appends(), this.options.inline?.(changes));
    return { batch, outcomes, send: (through) => sendAppend(through, prepared) };
  }

  private async attemptLocked(waiting: readonly Waiting[]): Promise<Outcome[]> {
    const streams = [...new Set(waiting.flatMap(({ command }) => command.streams.map(({ stream }) => stream)))];
    const client = await this.pool.connect().catch((error: unknown) => {
      throw new StoreUnavailable(error);
    });
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      await client.query('SELECT 1 FROM streams WHERE stream = ANY($1) ORDER BY stream COLLATE "C" FOR UPDATE', [
        streams,
      ]);
      const { batch, outcomes, send } = await this.decide(client, waiting, { trusting: false });
      await send(client);
      await client.query('COMMIT');
      this.keep(batch);
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

  /** Opens every stream that the commands name: from memory, as assumed new, or from the store. */
  private async load(connection: Pool | ClientBase, waiting: readonly Waiting[], trust: Trust): Promise<Batch> {
    const wanted = new Map<string, { aggregate: AnyAggregate; held: Held; known: boolean }>();
    for (const { command } of waiting) {
      for (const { stream, aggregate, assumeNew } of command.streams) {
        const remembered = trust.flying?.result(stream) ?? this.held.get(stream);
        const known = trust.trusting && (remembered !== undefined || assumeNew === true);
        // Read unless every command that names it can do without.
        const stillKnown = known && wanted.get(stream)?.known !== false;
        wanted.set(stream, {
          aggregate: this.aggregateOf(aggregate.category),
          held: remembered ?? nothing,
          known: stillKnown,
        });
      }
    }
    const unknown = [...wanted].filter(([, { known }]) => !known);
    const after = unknown.map(([stream, { held }]) => ({ stream, after: held.version }));
    const missed = await readStreams(connection, after);
    for (const stored of missed) {
      const entry = wanted.get(stored.stream);
      if (!entry) continue;
      const state = entry.aggregate.evolve(entry.held.state, entry.aggregate.decode(stored));
      entry.held = { state, version: stored.version };
    }
    if (!trust.trusting) this.contention.observed(wanted.keys(), new Set(missed.map(({ stream }) => stream)));
    const batch = new Batch(this.options.eventId);
    for (const [stream, { aggregate, held }] of wanted) batch.open(stream, aggregate, held);
    return batch;
  }

  private aggregateOf(category: string): AnyAggregate {
    const aggregate = this.aggregates.get(category);
    if (!aggregate) throw new Error(`no aggregate for streams of category ${category}`);
    return aggregate;
  }

  private keep(batch: Batch): void {
    for (const [stream, aggregate, held] of batch.results()) {
      if (aggregate.hot && held.version > 0) this.held.keep(stream, held);
    }
  }
}

const nothing: Held = { state: undefined, version: 0 };

/** Whether memory and assumptions are good enough, and which batch in flight comes before. */
interface Trust {
  trusting: boolean;
  flying?: Batch;
}

/** A command that took a stream for new could not decide: perhaps it was not new. */
class AssumptionFailed extends Error {
  override readonly name = 'AssumptionFailed';
}

/** A decision to append nothing counts only where the memory it was made on is what is committed. */
async function expectUnmoved(connection: Pool | ClientBase, looked: readonly StreamAppend[]): Promise<void> {
  if (looked.length === 0) return;
  const versions = await readVersions(
    connection,
    looked.map(({ stream }) => stream),
  );
  for (const { stream, expected } of looked) {
    const actual = versions.get(stream) ?? 0;
    if (typeof expected === 'number' && expected !== actual) throw new WrongExpectedVersion(stream, expected, actual);
  }
}

const assumes = (command: Command<unknown>) => command.streams.some(({ assumeNew }) => assumeNew === true);

function isConflict(error: unknown): boolean {
  return (
    error instanceof WrongExpectedVersion || error instanceof DuplicateEventId || error instanceof AssumptionFailed
  );
}
