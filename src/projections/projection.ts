import type { ClientBase } from 'pg';
import { cartCodec, poolCodec, purchaseCodec, showCodec, venueCodec } from '../domain';
import type { RecordedEvent } from '../store';

/** Every type of event that this version of boxoffice knows. */
export const knownEvents: readonly string[] = [poolCodec, purchaseCodec, showCodec, venueCodec, cartCodec].flatMap(
  ({ types }) => types,
);

/** Where rows go: the tables that customers read, or others beside them while a projection is built anew. */
export interface Into {
  connection: ClientBase;
  /** The name in SQL of the table that stands for this one. */
  table(name: string): string;
}

/** A read model that follows the events. */
export interface Projection {
  readonly name: string;
  /** All its rows are in these, and nothing else is. */
  readonly tables: readonly string[];
  /** The types of events that it is made from. */
  readonly events: readonly string[];
  /** Brings events into the rows, in order and each once; in one transaction with the projection's checkpoint. */
  apply(events: readonly RecordedEvent[], into: Into): Promise<void>;
}

export const liveTables = (connection: ClientBase): Into => ({ connection, table: (name) => name });
