import model from './event-model.json';

/** What becomes of what: which workflow sends a command, what it appends, and who reads that. */
export interface EventModel {
  readonly commands: readonly EventModelCommand[];
  readonly events: readonly EventModelEvent[];
  readonly projections: readonly EventModelProjection[];
}

export interface EventModelCommand {
  /** The activity that carries it out, or what the API does itself. */
  readonly name: string;
  /** A local activity is run by the worker that runs the workflow. */
  readonly local: boolean;
  readonly workflows: readonly string[];
  /** The API carries it out itself, and no workflow sends it. */
  readonly api?: boolean;
  /** Every event that it may append; none for what only leaves the house. */
  readonly appends: readonly EventModelAppend[];
}

export interface EventModelAppend {
  readonly event: string;
  /** In which case of the command or of what it decides; '' for any. */
  readonly when: string;
}

export interface EventModelEvent {
  readonly type: string;
  /** Of its schema, as it is written today. */
  readonly version: number;
  /** Streams of this category hold it: `pool` those named `pool-…`. */
  readonly stream: string;
}

export interface EventModelProjection {
  readonly name: string;
  readonly events: readonly string[];
}

/** As `npm run docs` derived it from the code: kept beside this file, since production runs without the sources. */
export const eventModel: EventModel = model;
