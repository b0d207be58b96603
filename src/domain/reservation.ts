import { claimTickets } from './claiming';
import type { Customer } from './customer';
import { deterministicId } from './identifiers';
import type { Pool } from './pool';
import { type PoolEvent, poolLimits } from './pool-events';
import { type PurchaseEvent, type RequestedItem, type ReservedItem, reservedTotal } from './purchase';
import type { Refusal } from './refusal';

export interface ReservationRequest extends Customer {
  purchaseId: string;
  items: readonly RequestedItem[];
}

export interface Reservation {
  /** Events for each pool of the request, all or none. */
  claims: ReadonlyMap<string, PoolEvent[]>;
  /** What the purchase's stream begins with. */
  opening: PurchaseEvent;
}

const millisecondsPerSecond = 1000;

/** Lines of the same pool count together. */
function linesByPool(items: readonly RequestedItem[]): Map<string, RequestedItem> {
  const byPool = new Map<string, RequestedItem>();
  for (const item of items) {
    const before = byPool.get(item.pool);
    byPool.set(item.pool, before ? { ...item, quantity: before.quantity + item.quantity } : item);
  }
  return byPool;
}

/** A line whose seats are not as many as it says asks for a number that no pool sells. */
const quantityOf = ({ quantity, seats }: RequestedItem) =>
  seats === undefined || seats.length === quantity ? quantity : Number.NaN;

/** Deterministic; none for a quantity that no pool sells, which the pool then refuses. */
function ticketIdsOf(purchaseId: string, pool: string, quantity: number): string[] {
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > poolLimits.maxPerPurchase.most) return [];
  return Array.from({ length: quantity }, (_, index) => deterministicId(purchaseId, 'ticket', pool, index));
}

function ticketsOf(claims: readonly PoolEvent[]): ReservedItem['tickets'] {
  return claims.flatMap(({ type, data }) => {
    if (type !== 'TicketClaimed') return [];
    const { ticketId: id, price, seat } = data;
    return [{ id, price, ...(seat !== undefined && { seat }) }];
  });
}

/** A purchase holds all its tickets for as long as the pool does that holds them the shortest. */
function endOfHold(pools: readonly Pool[], now: Date): string {
  const seconds = pools.length === 0 ? 0 : Math.min(...pools.map(({ holdSeconds }) => holdSeconds));
  return new Date(now.getTime() + seconds * millisecondsPerSecond).toISOString();
}

const buyerOf = ({ customerId, shop }: Customer) => ({ customerId, ...(shop !== undefined && { shop }) });

/** The purchase that comes to nothing, for this reason. */
export function rejectPurchase({ items, ...request }: ReservationRequest, refusal: Refusal): Reservation {
  const data = { ...buyerOf(request), items: [...items], refusal };
  return { claims: new Map(), opening: { type: 'PurchaseRejected', data } };
}

/** Claims every line of a purchase from its pool, or none and the refusal of the first line that cannot be had. */
export function reserveTickets(
  request: ReservationRequest,
  poolNamed: (name: string) => Pool | undefined,
  now: Date,
): Reservation {
  const { purchaseId } = request;
  const buyer = buyerOf(request);
  const reject = (refusal: Refusal) => rejectPurchase(request, refusal);
  const claims = new Map<string, PoolEvent[]>();
  const items: ReservedItem[] = [];
  const currencies = new Set<string>();
  const lines = [...linesByPool(request.items)].map(([name, line]) => ({ name, line, pool: poolNamed(name) }));
  const heldUntil = endOfHold(
    lines.flatMap(({ pool }) => pool ?? []),
    now,
  );
  for (const { name, line, pool } of lines) {
    const { seats, maxUnitPrice } = line;
    const ticketIds = ticketIdsOf(purchaseId, name, quantityOf(line));
    const wish = { pool: name, purchaseId, ...buyer, ticketIds, seats, maxUnitPrice, heldUntil, now };
    const decision = claimTickets(pool, wish);
    if (!decision.accepted) return reject(decision.refusal);
    if (pool) {
      currencies.add(pool.price.currency);
      const tickets = ticketsOf(decision.events);
      items.push({ pool: name, quantity: tickets.length, tickets });
    }
    claims.set(name, decision.events);
  }
  if (currencies.size > 1) return reject({ slug: 'mixed-currencies', currencies: [...currencies] });
  const data = { ...buyer, items, total: reservedTotal(items), expiresAt: heldUntil };
  return { claims, opening: { type: 'TicketsReserved', data } };
}
