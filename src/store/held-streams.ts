import { LRUCache } from 'lru-cache';
import type { AnyAggregate } from './command';

/** A stream's state and the version it is of. */
export interface Held {
  state: unknown;
  version: number;
}

/**
 * The committed state of streams, as many of each category as its aggregate says. May be behind what other processes
 * appended: expected versions find that out.
 */
export class HeldStreams {
  private readonly categories: ReadonlyMap<string, LRUCache<string, Held>>;

  constructor(aggregates: readonly AnyAggregate[]) {
    this.categories = new Map(
      aggregates.map(({ category, heldInMemory }) => [category, new LRUCache({ max: heldInMemory })]),
    );
  }

  get(stream: string): Held | undefined {
    return this.categories.get(categoryOf(stream))?.get(stream);
  }

  forget(stream: string): void {
    this.categories.get(categoryOf(stream))?.delete(stream);
  }

  keep({ category }: AnyAggregate, stream: string, held: Held): void {
    this.categories.get(category)?.set(stream, held);
  }
}

/** Streams are named `<category>-<id>`. */
export const categoryOf = (stream: string) => stream.slice(0, stream.indexOf('-'));
