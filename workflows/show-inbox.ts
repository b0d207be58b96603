import type { ShowOutcome } from '../activities';
import { type ShowSignal, showSignals } from '../src/domain/contract';
import * as inbox from './inbox';
import type * as letter from './letter';
import { looksLikeStop, type Rules } from './rules';

export type Letter = letter.Letter<ShowSignal>;
export type CarriedShowInbox = inbox.CarriedInbox<ShowSignal, ShowOutcome>;

const rules: Rules<ShowSignal> = {
  goesFirst: (name, input) => name === 'cancelShow' && looksLikeStop(input),
  folds: (name) => name === 'cancelShow',
  stays: () => false,
};

/** Signals to a show. */
export class ShowInbox extends inbox.Inbox<ShowSignal, ShowOutcome> {
  constructor(carried: CarriedShowInbox, onUnknown: (name: string) => void) {
    super(Object.values(showSignals), rules, carried, onUnknown);
  }
}
