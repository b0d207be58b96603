import { defineQuery } from '@temporalio/workflow';
import type { ShowHours, ShowOutcome } from '../activities';
import { statusQuery } from '../src/domain/contract';
import type { CarriedShowInbox } from './show-inbox';

export interface ShowState {
  show: string;
  status: string;
  /** Signals handled since the show was drafted. */
  handled: number;
  /** What the last signal or timer did, in plain words. */
  lastOutcome: string;
  /** Why it was not drafted. */
  refused?: ShowOutcome;
}

export const showStatus = defineQuery<ShowState>(statusQuery);

/** What a run hands over to the one that continues it. */
export interface CarriedShow extends CarriedShowInbox {
  state: ShowState;
  hours: ShowHours | undefined;
  /** Its pools are still to be brought along to this status. */
  bring?: string | undefined;
  /** Why it is still to be called off. */
  calledOff?: string | undefined;
  /** Signals that were dropped. */
  dropped?: number;
}
