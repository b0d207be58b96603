import type { ClientBase, Pool } from 'pg';
import { appendOnce, type InlineWrite } from './append';
import { Batch, type Held, type Outcome } from './batch';
import type { AnyAggregate, Command, StreamChange } from './command';
import { DuplicateEventId, QueueFull, StoreUnavailable, storeError, WrongExpectedVersion } from './errors';
import type { StreamAppend } from './event';
import { readStreams, readVersions } from './read';

export const groupCommitLimits = {
  /** Commands decided and appended together at the most. */
  batch: 500,
  /** Commands that may wait; the next one is refused with QueueFull. */
  queue: 10_000,
  /** Hot streams kept in memory; the one unused for longest is dropped. */
  heldStreams: 2_000,
  /** Batches with no other writer seen after which a contended stream is trusted again. */
  calmBatches: 50,
} as const;

export interface BatchReport {
  commands: number;
  milliseconds: number;
  /** Longest wait of a command before its batch began. */
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

interface Attempt {
  batch: Batch;
  outcomes: Outcome[];
}

/**
 * One committer per process: gathers the commands that arrive while the last append is in flight, decides them in order
 * on state held in memory, and appends all their events by one statement (group commit). Optimistic while alone on its
 * streams; where another process appends too, it locks the stream rows first, reads what it missed, and decides then.
 */
export class GroupCommit {
  private readonly queue: Waiting[] = [];
  private readonly held = new Map<string, Held>();
  private readonly contended = new Map<string, number>();
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
    // Commands submitted in the same turn of the event loop join the first batch.
    await new Promise(setImmediate);
    while (this.queue.length > 0) await this.commit(this.queue.splice(0, groupCommitLimits.batch));
    this.running = undefined;
  }

  private async commit(waiting: readonly Waiting[]): Promise<void> {
    const began = performance.now();
    const report = { commands: waiting.length, conflict: false, locked: this.mustLock(waiting) };
    let outcomes: Outcome[];
    try {
      if (!report.locked) {
        try {
          const attempt = await this.attempt(this.pool, waiting, true);
          this.keep(attempt.batch);
          outcomes = attempt.outcomes;
        } catch (error) {
          if (!isConflict(error)) throw error;
          if (error instanceof WrongExpectedVersion) this.noteConflict(error.stream);
          report.conflict = true;
          outcomes = await this.attemptLocked(waiting);
        }
      } else {
        outcomes = await this.attemptLocked(waiting);
      }
    } catch (error) {
      outcomes = await this.apart(waiting, error);
    }
    waiting.forEach(({ settle }, index) => {
      settle(outcomes[index] ?? { ok: false, error: new Error('a batch lost an outcome') });
    });
    const queuedMilliseconds = began - (waiting[0]?.since ?? began);
    this.options.report?.({ ...report, queuedMilliseconds, milliseconds: performance.now() - began });
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
    return waiting.some(({ command }) => command.streams.some(({ stream }) => this.contended.has(stream)));
  }

  private aggregateOf(category: string): AnyAggregate {
    const aggregate = this.aggregates.get(category);
    if (!aggregate) throw new Error(`no aggregate for streams of category ${category}`);
    return aggregate;
  }

  private async attempt(
    connection: Pool | ClientBase,
    waiting: readonly Waiting[],
    optimistic: boolean,
  ): Promise<Attempt> {
    const batch = await this.load(connection, waiting, optimistic);
    const outcomes = waiting.map(({ command }) => batch.decide(command));
    if (optimistic && waiting.some(({ command }, index) => assumes(command) && outcomes[index]?.ok === false)) {
      throw new AssumptionFailed();
    }
    const changes = batch.changes();
    if (changes.length > 0) await appendOnce(connection, batch.appends(), this.options.inline?.(changes) ?? []);
    else if (optimistic) await expectUnmoved(connection, batch.appends());
    return { batch, outcomes };
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
      const { batch, outcomes } = await this.attempt(client, waiting, false);
      await client.query('COMMIT');
      this.keep(batch);
      return outcomes;
    } catch (error) {
      const known = storeError(error);
      if (known instanceof StoreUnavailable) broken = known;
      else await client.query('ROLLBACK').catch((failure: Error) => (broken = failure));
      throw known;
    } finally {
      client.release(broken);
    }
  }

  /** Opens every stream that the commands name: from memory, as assumed new, or from the store. */
  private async load(connection: Pool | ClientBase, waiting: readonly Waiting[], optimistic: boolean): Promise<Batch> {
    const batch = new Batch(this.options.eventId);
    const wanted = new Map<string, { aggregate: AnyAggregate; held: Held; known: boolean }>();
    for (const { command } of waiting) {
      for (const { stream, aggregate: named, assumeNew } of command.streams) {
        if (wanted.has(stream) && !(assumeNew !== true && wanted.get(stream)?.known)) continue;
        const aggregate = this.aggregateOf(named.category);
        const held = this.held.get(stream);
        const known = optimistic && (held !== undefined || assumeNew === true);
        wanted.set(stream, { aggregate, held: held ?? { state: undefined, version: 0 }, known });
      }
    }
    const unknown = [...wanted].filter(([, { known }]) => !known);
    const missed = await readStreams(
      connection,
      unknown.map(([stream, { held }]) => ({ stream, after: held.version })),
    );
    for (const stored of missed) {
      const entry = wanted.get(stored.stream);
      if (!entry) continue;
      const { aggregate, held } = entry;
      entry.held = { state: aggregate.evolve(held.state, aggregate.decode(stored)), version: stored.version };
    }
    if (!optimistic) this.noteForeign([...wanted.keys()], new Set(missed.map(({ stream }) => stream)));
    for (const [stream, { aggregate, held }] of wanted) batch.open(stream, aggregate, held);
    return batch;
  }

  private keep(batch: Batch): void {
    for (const [stream, aggregate, held] of batch.results()) {
      if (!aggregate.hot || held.version === 0) continue;
      this.held.delete(stream);
      this.held.set(stream, held);
    }
    for (const stream of this.held.keys()) {
      if (this.held.size <= groupCommitLimits.heldStreams) break;
      this.held.delete(stream);
    }
  }

  private noteConflict(stream: string): void {
    if (this.held.has(stream)) this.contended.set(stream, groupCommitLimits.calmBatches);
  }

  private noteForeign(streams: readonly string[], foreign: ReadonlySet<string>): void {
    for (const stream of streams) {
      const left = this.contended.get(stream);
      if (left === undefined) continue;
      if (foreign.has(stream)) this.contended.set(stream, groupCommitLimits.calmBatches);
      else if (left <= 1) this.contended.delete(stream);
      else this.contended.set(stream, left - 1);
    }
  }
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
