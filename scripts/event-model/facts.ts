import { commitOptions } from '../../activities';
import { availability, projections, seatRowsOfPools } from '../../src/projections';
import type { Facts } from './derive';

/** What is read by whom; the streams and their codecs are those that the committer is handed. */
export const facts: Facts = {
  streams: commitOptions.aggregates,
  projections: [availability, seatRowsOfPools, ...projections],
};
