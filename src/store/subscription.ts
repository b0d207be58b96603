import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { RecordedEvent } from './event';
import type { HighWaterMark } from './high-water-mark';
import { type EventRange, readAll } from './read';

export const subscriptionLimits = {
  /** Positions in one batch at the most. */
  window: 5_000,
  retryMilliseconds: { first: 100, most: 5_000 },
} as const;

/** Every event of the wanted types after one position and up to another, in order. */
export interface EventBatch {
  after: number;
  upTo: number;
  events: readonly RecordedEvent[];
}

export interface SubscriptionOptions {
  database: Pool;
  mark: HighWaterMark;
  /** All types where it is missing. */
  types?: readonly string[] | undefined;
  /** Every type that the reader has heard of; events of any other are handed over as well. */
  known?: readonly string[] | undefined;
  /** From the database where it is missing; from what several share, for example. */
  read?(range: EventRange): Promise<readonly RecordedEvent[]>;
  /** Where to begin, also again after an error. */
  from(): Promise<number>;
  /** The next batch is read when this one is handled; one that fails is handed over again. */
  handle(batch: EventBatch): Promise<void>;
  signal: AbortSignal;
  onError(error: Error): void;
}

/** The position moved without this subscription: another one works on it too. It begins again where that is now. */
export class PositionMoved extends Error {
  override readonly name = 'PositionMoved';
}

/** Hands over all events in the order of their positions, old ones first, without gap or repetition, until it is aborted. */
export async function subscribe(options: SubscriptionOptions): Promise<void> {
  const { signal, onError } = options;
  const { first, most } = subscriptionLimits.retryMilliseconds;
  let retry: number = first;
  const progressed = () => {
    retry = first;
  };
  while (!signal.aborted) {
    try {
      await follow(options, progressed);
    } catch (error) {
      if (!(error instanceof PositionMoved)) onError(error instanceof Error ? error : new Error(String(error)));
      await delay(retry, undefined, { signal }).catch(() => undefined);
      retry = Math.min(retry * 2, most);
    }
  }
}

async function follow(options: SubscriptionOptions, progressed: () => void): Promise<void> {
  const { database, mark, types, known, signal } = options;
  const read = options.read ?? ((range: EventRange) => readAll(database, range));
  let position = await options.from();
  while (!signal.aborted) {
    const top = await mark.beyond(position, signal);
    if (top <= position) continue;
    const upTo = Math.min(top, position + subscriptionLimits.window);
    const events = await read({ after: position, upTo, types, known });
    await options.handle({ after: position, upTo, events });
    position = upTo;
    progressed();
  }
}
