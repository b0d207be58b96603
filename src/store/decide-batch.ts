import type { ClientBase, Pool } from 'pg';
import { type InlineWrite, prepareAppend, sendAppend } from './append';
import { Batch, type EventIds, type Outcome } from './batch';
import type { AnyAggregate, Command, StreamChange } from './command';
import { Contention } from './contention';
import { DuplicateEventId, WrongExpectedVersion } from './errors';
import type { StreamAppend } from './event';
import { categoryOf, type Held, HeldStreams } from './held-streams';
import { readStreams, readVersions } from './read';
import type { SnapshotTaker } from './snapshot-taker';
import { readSnapshots } from './snapshots';
import type { Missed } from './turns';

export interface DecideOptions {
  aggregates: readonly unknown[];
  eventIds: EventIds;
  inline?(changes: readonly StreamChange[]): InlineWrite[];
}

/** A batch that is decided and ready to be sent. */
export interface Decided {
  batch: Batch;
  outcomes: Outcome[];
  send(connection: Pool | ClientBase): Promise<unknown>;
}

/** Whether memory and assumptions are good enough, and which batch in flight comes before. */
export interface Trust {
  trusting: boolean;
  flying?: Batch;
}

interface Loading {
  aggregate: AnyAggregate;
  held: Held;
  known: boolean;
}

type Commands = readonly Command<unknown>[];

const nothing: Held = { state: undefined, version: 0 };

/** Decides batches of commands on streams held in memory, read from the store, or assumed to be new. */
export class BatchDecider {
  private readonly held: HeldStreams;
  private readonly contention = new Contention();
  private readonly aggregates: ReadonlyMap<string, AnyAggregate>;

  constructor(
    private readonly options: DecideOptions,
    private readonly snapshots: SnapshotTaker,
  ) {
    const aggregates = options.aggregates as readonly AnyAggregate[];
    this.aggregates = new Map(aggregates.map((aggregate) => [aggregate.category, aggregate]));
    this.held = new HeldStreams(aggregates);
  }

  /** Throws AssumptionFailed where a command cannot decide on what was only assumed, or what the store throws. */
  async decide(connection: Pool | ClientBase, commands: Commands, trust: Trust): Promise<Decided> {
    const batch = await this.load(connection, commands, trust);
    const outcomes = commands.map((command) => batch.decide(command));
    if (trust.trusting && commands.some((command, index) => assumes(command) && outcomes[index]?.ok === false)) {
      throw new AssumptionFailed();
    }
    const changes = batch.changes();
    if (changes.length === 0) {
      const looked = trust.trusting ? batch.appends() : [];
      return { batch, outcomes, send: (through) => expectUnmoved(through, looked) };
    }
    const prepared = prepareAppend(batch.appends(), this.options.inline?.(changes), { heads: false });
    return { batch, outcomes, send: (through) => sendAppend(through, prepared) };
  }

  /** Remembers what a committed batch left. */
  keep(batch: Batch): void {
    for (const [stream, aggregate, held] of batch.results()) {
      if (held.version === 0) continue;
      this.held.keep(aggregate, stream, held);
      this.snapshots.committed(stream, aggregate, held);
    }
  }

  noteConflict(error: unknown): void {
    if (error instanceof WrongExpectedVersion && this.held.get(error.stream)) this.contention.noticed(error.stream);
  }

  /** Lets go of memory that is ahead of these versions: the store lost what it is of, as one does that was restored, or taken over by a copy that was behind. */
  forgetBeyond(streams: readonly string[], versions: ReadonlyMap<string, number>): void {
    for (const stream of streams) {
      if ((this.heldVersion(stream) ?? 0) > (versions.get(stream) ?? 0)) this.held.forget(stream);
    }
  }

  /** Whether other processes append to the stream too. */
  isContended(stream: string): boolean {
    return this.contention.has(stream);
  }

  contended(): Iterable<string> {
    return this.contention.streams();
  }

  /** The version that is held in memory; null where none is. */
  heldVersion(stream: string): number | null {
    return this.held.get(stream)?.version ?? null;
  }

  /** Takes in what others appended to a stream that is held, in the order of its versions. Throws for an event that cannot be read. */
  catchUp(stream: string, missed: readonly Missed[]): void {
    this.contention.observed([stream], new Set(missed.length > 0 ? [stream] : []));
    const aggregate = this.aggregateOf(categoryOf(stream));
    let held = this.held.get(stream);
    for (const event of missed) {
      if (held === undefined || event.version !== held.version + 1) continue;
      held = { state: aggregate.evolve(held.state, aggregate.codec.decode(event)), version: event.version };
    }
    if (held) this.held.keep(aggregate, stream, held);
  }

  private async load(connection: Pool | ClientBase, commands: Commands, trust: Trust): Promise<Batch> {
    const wanted = new Map<string, Loading>();
    for (const { streams } of commands) {
      for (const { stream, aggregate, assumeNew } of streams) {
        const entry = wanted.get(stream);
        // Read unless every command that names it can do without.
        if (entry && (entry.known === false || assumeNew === true)) continue;
        const remembered = trust.flying?.result(stream) ?? this.held.get(stream);
        const known = trust.trusting && (remembered !== undefined || assumeNew === true);
        wanted.set(stream, { aggregate: this.aggregateOf(aggregate.category), held: remembered ?? nothing, known });
      }
    }
    const unknown = [...wanted].filter(([, { known }]) => !known);
    await this.startFromSnapshots(connection, new Map(unknown));
    const after = unknown.map(([stream, { held }]) => ({ stream, after: held.version }));
    const missed = await readStreams(connection, after);
    for (const stored of missed) {
      const entry = wanted.get(stored.stream);
      if (!entry) continue;
      const state = entry.aggregate.evolve(entry.held.state, entry.aggregate.codec.decode(stored));
      entry.held = { state, version: stored.version };
    }
    if (!trust.trusting) this.contention.observed(wanted.keys(), new Set(missed.map(({ stream }) => stream)));
    const batch = new Batch(this.options.eventIds);
    for (const [stream, { aggregate, held }] of wanted) batch.open(stream, aggregate, held);
    return batch;
  }

  /** Streams of which nothing is in memory need not be read from their first event. */
  private async startFromSnapshots(
    connection: Pool | ClientBase,
    unknown: ReadonlyMap<string, Loading>,
  ): Promise<void> {
    const wanted = [...unknown].filter(([, { held }]) => held === nothing);
    const found = await readSnapshots(
      connection,
      wanted.map(([stream, { aggregate }]) => ({ stream, aggregate })),
      (stream, error) => this.snapshots.report({ stream, error }),
    );
    for (const [stream, entry] of wanted) {
      const snapshot = found.get(stream);
      if (!snapshot) continue;
      entry.held = snapshot;
      this.snapshots.found(stream, snapshot.version);
    }
  }

  private aggregateOf(category: string): AnyAggregate {
    const aggregate = this.aggregates.get(category);
    if (!aggregate) throw new Error(`no aggregate for streams of category ${category}`);
    return aggregate;
  }
}

/** A command that took a stream for new could not decide: perhaps it was not new. */
class AssumptionFailed extends Error {
  override readonly name = 'AssumptionFailed';
}

const assumes = (command: Command<unknown>) => command.streams.some(({ assumeNew }) => assumeNew === true);

/** Whether a batch failed because its memory or its assumptions were wrong, so that it is to be decided again. */
export function isConflict(error: unknown): boolean {
  return (
    error instanceof WrongExpectedVersion || error instanceof DuplicateEventId || error instanceof AssumptionFailed
  );
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
