import type { SteerOutcome } from '../activities';
import { type PoolSignal, poolSignals } from '../src/domain/contract';
import * as inbox from './inbox';
import type * as letter from './letter';
import { looksLikeResume, looksLikeStop, type Rules } from './rules';

export type Letter = letter.Letter<PoolSignal>;
export type CarriedPoolInbox = inbox.CarriedInbox<PoolSignal, SteerOutcome>;

const rules: Rules<PoolSignal> = {
  goesFirst(name, input) {
    if (name === 'stopSales' || name === 'cancelSales') return looksLikeStop(input);
    return name === 'resumeSales' && looksLikeResume(input);
  },
  folds: (name) => name !== 'withhold' && name !== 'giveBack',
  stays: (name) => name === 'cancelSales',
};

/** Signals to a pool. */
export class PoolInbox extends inbox.Inbox<PoolSignal, SteerOutcome> {
  constructor(carried: CarriedPoolInbox, onUnknown: (name: string) => void) {
    super(Object.values(poolSignals), rules, carried, onUnknown);
  }
}
