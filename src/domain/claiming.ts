import { type Customer, customerKey } from './customer';
import { salesEnd } from './hours';
import type { Money } from './money';
import type { PersistentMap } from './persistent-map';
import { available, heldAtMost, type Pool } from './pool';
import type { PoolEvent } from './pool-events';
import { quote } from './pricing';
import { accept, type Decision, type Refusal, refuse } from './refusal';

/** What one purchase wants of one pool. */
export interface ClaimTickets extends Customer {
  pool: string;
  purchaseId: string;
  ticketIds: readonly string[];
  /** One for each ticket; without it a numbered pool gives the best that are available. */
  seats?: readonly string[] | undefined;
  /** The most that one ticket may cost. */
  maxUnitPrice?: Money | undefined;
  /** When the purchase's hold ends. */
  heldUntil: string;
  now: Date;
}

/** Claims tickets at the price of this moment, or says why not. */
export function claimTickets(pool: Pool | undefined, wish: ClaimTickets): Decision<PoolEvent> {
  const command = { ...wish, seats: wish.seats && asThePoolSays(pool, wish.seats) };
  const { purchaseId, customerId, shop, ticketIds, heldUntil, now } = command;
  if (!pool) return refuse({ slug: 'not-found', what: `pool ${command.pool}` });
  const refusal = notSelling(pool, now) ?? beyondLimits(pool, command) ?? notToBeHad(pool, command);
  if (refusal) return refuse(refusal);
  const { unit, quote: explained } = quote(pool, now);
  const { maxUnitPrice } = command;
  if (maxUnitPrice && maxUnitPrice.currency !== unit.currency) {
    return refuse({ slug: 'wrong-currency', pool: pool.name, currency: unit.currency, field: 'maxUnitPrice' });
  }
  if (maxUnitPrice && unit.amount > maxUnitPrice.amount) {
    return refuse({ slug: 'price-changed', pool: pool.name, price: unit });
  }
  const seats = command.seats ?? pool.seats?.best(ticketIds.length);
  return accept(
    ...ticketIds.map((ticketId, index): PoolEvent => {
      const seat = seats?.[index];
      return {
        type: 'TicketClaimed',
        data: {
          ticketId,
          purchaseId,
          customerId,
          ...(shop !== undefined && { shop }),
          heldUntil,
          ...(seat !== undefined && { seat }),
          price: unit,
          quote: explained,
        },
      };
    }),
  );
}

function notSelling(pool: Pool, now: Date): Refusal | undefined {
  const { name } = pool;
  if (pool.cancelled) return { slug: 'pool-cancelled', pool: name, reason: pool.cancelled.reason };
  const end = salesEnd(pool);
  if (pool.closed || (end !== undefined && now.getTime() >= Date.parse(end))) {
    return { slug: 'sales-stopped', pool: name, reason: 'the sale is over' };
  }
  if (pool.stopped) return { slug: 'sales-stopped', pool: name, reason: pool.stopped.reason };
  return pool.opened ? undefined : { slug: 'sales-not-open', pool: name };
}

/** Under which a customer's tickets are counted. What nobody knows the shop of counts for every customer of that name. */
function keysOf({ customerId, shop }: Customer): string[] {
  const ofNoShop = customerKey({ customerId });
  return shop === undefined ? [ofNoShop] : [customerKey({ customerId, shop }), ofNoShop];
}

const ticketsOf = (counts: PersistentMap<string, number> | undefined, keys: readonly string[]) =>
  keys.reduce((tickets, key) => tickets + (counts?.get(key) ?? 0), 0);

function beyondLimits(pool: Pool, { ticketIds, ...customer }: ClaimTickets): Refusal | undefined {
  const { name, maxPerPurchase, maxPerCustomer } = pool;
  const requested = ticketIds.length;
  if (requested < 1 || requested > maxPerPurchase) {
    return { slug: 'invalid-quantity', pool: name, min: 1, max: maxPerPurchase };
  }
  const keys = keysOf(customer);
  const had = ticketsOf(pool.customers, keys);
  if (maxPerCustomer !== undefined && had + requested > maxPerCustomer) {
    return { slug: 'customer-limit-reached', pool: name, limit: maxPerCustomer, held: had };
  }
  const [limit, held] = [heldAtMost(pool), ticketsOf(pool.holders, keys)];
  if (held + requested <= limit) return undefined;
  return { slug: 'customer-limit-reached', pool: name, limit, held, counted: 'held' };
}

function notToBeHad(pool: Pool, { ticketIds, seats }: ClaimTickets): Refusal | undefined {
  const { name } = pool;
  if (seats) {
    if (!pool.seats) return { slug: 'wrong-numbering', pool: name, numbered: false };
    const taken = seatsThatAreNot(pool, seats, 'available');
    if (taken.length > 0) return { slug: 'seat-unavailable', pool: name, seats: taken };
  }
  const requested = ticketIds.length;
  if (requested <= available(pool)) return undefined;
  return { slug: 'insufficient-inventory', pool: name, requested, available: available(pool) };
}

/** Seats under the labels that the pool has for them; what it has not is left as it is. */
export const asThePoolSays = (pool: Pool | undefined, labels: readonly string[]): string[] =>
  labels.map((label) => pool?.seats?.labelOf(label) ?? label);

/** Those of the seats that are anything else, that there are not, or that were named before. */
export function seatsThatAreNot(
  { seats }: Pool,
  labels: readonly string[],
  status: 'available' | 'withheld',
): string[] {
  return labels.filter((label, index) => seats?.statusOf(label) !== status || labels.indexOf(label) !== index);
}

/** Gives back what the purchase still holds; nothing when it holds nothing. */
export function releaseTickets(pool: Pool, purchaseId: string): PoolEvent[] {
  return (pool.claims.get(purchaseId) ?? []).map(({ ticketId }) => ({
    type: 'TicketReleased',
    data: { ticketId, purchaseId },
  }));
}

/** Turns every claim of the purchase into a bought ticket. */
export function buyTickets(pool: Pool, purchaseId: string): PoolEvent[] {
  return (pool.claims.get(purchaseId) ?? []).map(({ ticketId, price }) => ({
    type: 'TicketBought',
    data: { ticketId, purchaseId, price },
  }));
}

/** Why the pool sells nothing to open holds any more; undefined where they may still pay. */
export function saleEnded({ cancelled, stopped }: Pool): string | undefined {
  const end = cancelled ?? (stopped?.holds === 'release' ? stopped : undefined);
  return end && `the sale was stopped: ${end.reason}`;
}
