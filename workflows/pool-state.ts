import { defineQuery } from '@temporalio/workflow';
import { statusQuery } from '../src/domain/contract';
import type { CarriedPoolInbox } from './pool-inbox';

export interface PoolState {
  pool: string;
  status: string;
  /** Signals handled since the pool was made. */
  handled: number;
  /** What the last signal or timer did, in plain words. */
  lastOutcome: string;
}

export const poolStatus = defineQuery<PoolState>(statusQuery);

/** What a run hands over to the one that continues it. */
export interface CarriedPool extends CarriedPoolInbox {
  state: PoolState;
  opened: boolean;
  closed: boolean;
  closesAt?: string | undefined;
  /** Why open purchases are still to be told that the sale has ended. */
  tell?: string | undefined;
  /** Signals that were dropped. */
  dropped?: number;
}
