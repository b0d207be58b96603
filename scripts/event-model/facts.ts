import { commitOptions } from '../../activities';
import { poolCodec, purchaseCodec } from '../../src/domain';
import type { Facts } from './derive';

/** What is read by whom; the streams and their codecs are those that the committer is handed. */
export const facts: Facts = {
  streams: commitOptions.aggregates,
  projections: [
    { name: 'availability', events: poolCodec.types },
    { name: 'purchases', events: purchaseCodec.types },
    { name: 'sales_by_day', events: ['PurchaseConfirmed'] },
  ],
};
