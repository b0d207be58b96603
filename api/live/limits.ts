import type { RoundLimits } from './rounds';

export interface LiveLimits extends RoundLimits {
  /** Listeners of this process. */
  listeners: number;
  /** Listeners of one key holder, and of one address without a key. */
  withKey: number;
  withoutKey: number;
  /** Everything that is followed is read again so often, should word of a commit ever have been missed. */
  pollMilliseconds: number;
  commentMilliseconds: number;
  /** A listener that takes nothing for so long is dropped. */
  slowMilliseconds: number;
  checkMilliseconds: number;
  /** Listeners written to in one turn of the event loop. */
  atOnce: number;
  /** A listener whose stream has ended connects again after this, and a part of the spread. */
  reconnectMilliseconds: number;
  reconnectSpreadMilliseconds: number;
}

export const liveLimits: LiveLimits = {
  listeners: 10_000,
  withKey: 5_000,
  withoutKey: 2_500,
  everyMilliseconds: 20,
  restFactor: 1,
  retryMilliseconds: 500,
  pollMilliseconds: 5_000,
  commentMilliseconds: 15_000,
  slowMilliseconds: 20_000,
  checkMilliseconds: 500,
  atOnce: 250,
  reconnectMilliseconds: 1_000,
  reconnectSpreadMilliseconds: 2_000,
};
