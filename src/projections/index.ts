/** Read models, one a file: its rows, how events change them, its queries. Availability and seats are written by the append itself; all others follow the events. */
import type { InlineWrite, StreamChange } from '../store';
import { writeAvailability } from './availability';
import { conversionPerPool } from './conversion-per-pool';
import { customerPurchases } from './customer-purchases';
import { countedEvents } from './event-counts';
import type { Projection } from './projection';
import { purchases } from './purchases';
import { revenuePerPool } from './revenue-per-pool';
import { salesByDay } from './sales-by-day';
import { writeSeatRows } from './seat-rows';
import { shows } from './shows';

export * from './availability';
export * from './carts';
export { isPoison, UnknownEvent } from './checkpoint';
export { type Conversion, conversionPerPool, type Outcome } from './conversion-per-pool';
export { type CustomerPage, customerPurchases, purchasesOfCustomer } from './customer-purchases';
export { countedEvents, eventCounts } from './event-counts';
export * from './figures';
export * from './follow';
export * from './list';
export { openPurchases } from './open-purchases';
export * from './parked';
export * from './pricing-backtest';
export type { Projection } from './projection';
export { type PurchaseView, purchaseAsReserved, purchases, purchasesById, purchaseTimeline } from './purchases';
export * from './rebuild';
export { type Revenue, revenueOfPool, revenuePerPool } from './revenue-per-pool';
export { type SalesOfDay, type SoldOnDay, salesByDay, salesOfPool } from './sales-by-day';
export * from './seat-rows';
export { listShows, type ShowPage, type ShowView, showNamed, shows } from './shows';
export * from './verify';
export * from './wait';

/** The read models that follow the events. */
export const projections: readonly Projection[] = [
  purchases,
  customerPurchases,
  salesByDay,
  revenuePerPool,
  conversionPerPool,
  shows,
  countedEvents,
];

/** Every read model that is written in the append's own statement. */
export function inlineProjections(changes: readonly StreamChange[]): InlineWrite[] {
  const availability = writeAvailability(changes);
  return [...(availability ? [availability] : []), ...writeSeatRows(changes)];
}
