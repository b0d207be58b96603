/** What is checked of the five rules of DESIGN 8 and of shows and carts, one check a file, in their order. */
import type { Rule } from '../rule';
import { availability } from './availability';
import { cancelledPools } from './cancelled-pools';
import { carts } from './carts';
import { customers } from './customers';
import { eventIds } from './event-ids';
import { eventShapes } from './event-shapes';
import { holds } from './holds';
import { money } from './money';
import { neverOversold } from './never-oversold';
import { oneClaim } from './one-claim';
import { requests } from './requests';
import { seats } from './seats';
import { shows } from './shows';
import { ticketsOfPurchases } from './tickets-of-purchases';
import { venues } from './venues';
import { versions } from './versions';

export const rules: readonly Rule[] = [
  neverOversold,
  oneClaim,
  seats,
  customers,
  money,
  cancelledPools,
  ticketsOfPurchases,
  holds,
  versions,
  eventIds,
  eventShapes,
  availability,
  requests,
  shows,
  venues,
  carts,
];
