/** Who caused an event: ids only, never names or addresses of people. */
export interface Metadata {
  /** What the whole belongs to: the purchase, or the promoter's request. */
  correlation: string;
  /** The step that appended it. */
  causation: string;
  /** The workflow that ran the step; `api` where no workflow did. */
  workflow: string;
}

export interface NewEvent {
  /** Deterministic, so that a repeated append finds it. */
  id: string;
  type: string;
  schemaVersion: number;
  data: unknown;
  metadata: Metadata;
}

/** An event as read models take it: what happened, where and when, without its id and who caused it. */
export interface RecordedEvent extends Pick<NewEvent, 'type' | 'schemaVersion' | 'data'> {
  stream: string;
  /** 1 for the first of its stream. */
  version: number;
  /** Place in the order of all events. */
  position: number;
  created: Date;
}

export interface StoredEvent extends NewEvent, RecordedEvent {}

/** Exactly this version (0 is the same as `none`), a stream that exists, or whatever is there. */
export type ExpectedVersion = number | 'none' | 'exists' | 'any';

export interface StreamAppend {
  stream: string;
  expected: ExpectedVersion;
  events: readonly NewEvent[];
}

/** Where a stream stands after an append. */
export interface StreamHead {
  stream: string;
  version: number;
  position: number;
}
