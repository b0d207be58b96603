import type { Metadata, StoredEvent } from './event';

/** An event as it is stored, as far as its schema goes. */
export type EncodedEvent = Pick<StoredEvent, 'type' | 'schemaVersion' | 'data'>;

export interface DomainEvent {
  type: string;
  data: unknown;
}

/** How a state is written down, so that it need not be folded from all events again. */
export interface SnapshotFormat<State> {
  /** Version of the reducer: raised when `evolve` makes another state of the same events. */
  reducer: number;
  /** Events after which a stream that keeps changing gets its next snapshot. */
  every: number;
  /** Events for which a stream at rest gets one. */
  atRest: number;
  /** In pieces, so that other work finds a gap between them. */
  write(state: State): Iterable<string>;
  /** Throws for what `write` never wrote. */
  read(text: string): State;
}

/** How the streams of one category become state. */
export interface Aggregate<State, Event extends DomainEvent> {
  /** Streams are named `<category>-<id>`. */
  category: string;
  codec: {
    /** The version of its schema in which an event of this type is written. */
    versionOf(type: string): number;
    /** Throws for what no schema knows. Also run before an event is written: what cannot be read back is never stored. */
    decode(stored: EncodedEvent): Event;
  };
  /** Pure: the committer keeps the state before and the state after side by side. */
  evolve(state: State | undefined, event: Event): State;
  /** Streams of this category kept in memory between commands at the most; the one unused for longest is dropped. */
  heldInMemory: number;
  /** Left out where streams are short. */
  snapshot?: SnapshotFormat<State> | undefined;
}

export interface StreamRef<State, Event extends DomainEvent> {
  aggregate: Aggregate<State, Event>;
  stream: string;
  /** Saves a read where the stream is almost certainly new; found out by its expected version when it is not. */
  assumeNew?: boolean;
}

/** What a command sees and says while it decides. */
export interface Session {
  state<State, Event extends DomainEvent>(ref: StreamRef<State, Event>): State | undefined;
  append<State, Event extends DomainEvent>(ref: StreamRef<State, Event>, events: readonly Event[]): void;
}

// The committer holds streams of all categories together and never looks inside their states.
export type AnyAggregate = Aggregate<unknown, DomainEvent>;

/** One decision over one or more streams: all its events are appended, or none. */
export interface Command<Result> {
  /** Deterministic; the ids of its events are made from it. */
  id: string;
  metadata: Metadata;
  streams: readonly { aggregate: { category: string }; stream: string; assumeNew?: boolean }[];
  /** Commands of one lane wait in one queue, and lanes take turns: its first stream, unless said otherwise. */
  lane?: string | undefined;
  /**
   * May run more than once; only the last run counts, and it saw what is committed, whatever other processes appended,
   * even where it appends nothing. Pure but for the session.
   */
  decide(session: Session): Result;
}

/** A stream that a batch changed: what inline projections are made from. */
export interface StreamChange {
  aggregate: AnyAggregate;
  stream: string;
  /** What its expected version stands for: every change before it is committed with this one, or was. */
  before: unknown;
  state: unknown;
  events: readonly DomainEvent[];
}
