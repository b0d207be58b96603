import { setTimeout as delay } from 'node:timers/promises';
import type { RecordedEvent } from './event';
import type { HighWaterMark } from './high-water-mark';
import type { EventRange } from './read';

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
  mark: HighWaterMark;
  /** The events that it wants of these positions, in their order. */
  read(range: Pick<EventRange, 'after' | 'upTo'>): Promise<readonly RecordedEvent[]>;
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
  const { mark, signal } = options;
  let position = await options.from();
  while (!signal.aborted) {
    const top = await mark.beyond(position, signal);
    if (top <= position) continue;
    const upTo = Math.min(top, position + subscriptionLimits.window);
    const events = await options.read({ after: position, upTo });
    await options.handle({ after: position, upTo, events });
    position = upTo;
    progressed();
  }
}
