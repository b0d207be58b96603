import type { SteerOutcome } from '../activities';
import { type PoolSignal, poolSignals } from '../src/domain/contract';
import * as inbox from './inbox';

export type Letter = inbox.Letter<PoolSignal>;
export type Outcomes = inbox.Outcomes<SteerOutcome>;

/** Signals to a pool. */
export class PoolInbox extends inbox.Inbox<PoolSignal, SteerOutcome> {
  constructor(outcomes: Outcomes, onUnknown: (name: string) => void) {
    super(Object.values(poolSignals), outcomes, onUnknown);
  }
}
