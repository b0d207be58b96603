import { deterministicId } from './identifiers';
import { claimTickets, type Pool, type PoolEvent, poolLimits } from './pool';
import { type PurchaseEvent, type RequestedItem, type ReservedItem, reservedTotal } from './purchase';
import type { Refusal } from './refusal';

export interface ReservationRequest {
  purchaseId: string;
  customerId: string;
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
function quantities(items: readonly RequestedItem[]): Map<string, number> {
  const byPool = new Map<string, number>();
  for (const { pool, quantity } of items) byPool.set(pool, (byPool.get(pool) ?? 0) + quantity);
  return byPool;
}

/** Deterministic; none for a quantity that no pool sells, which the pool then refuses. */
function ticketIdsOf(purchaseId: string, pool: string, quantity: number): string[] {
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > poolLimits.maxPerPurchase.most) return [];
  return Array.from({ length: quantity }, (_, index) => deterministicId(purchaseId, 'ticket', pool, index));
}

/** Claims every line of a purchase from its pool, or none and the refusal of the first line that cannot be had. */
export function reserveTickets(
  request: ReservationRequest,
  poolNamed: (name: string) => Pool | undefined,
  now: Date,
): Reservation {
  const { purchaseId, customerId } = request;
  const reject = (refusal: Refusal): Reservation => {
    const items = request.items.map(({ pool, quantity }) => ({ pool, quantity }));
    return { claims: new Map(), opening: { type: 'PurchaseRejected', data: { customerId, items, refusal } } };
  };
  const claims = new Map<string, PoolEvent[]>();
  const items: ReservedItem[] = [];
  const currencies = new Set<string>();
  let holdSeconds = Number.POSITIVE_INFINITY;
  for (const [name, quantity] of quantities(request.items)) {
    const pool = poolNamed(name);
    const ticketIds = ticketIdsOf(purchaseId, name, quantity);
    const decision = claimTickets(pool, { pool: name, purchaseId, ticketIds, now });
    if (!decision.accepted) return reject(decision.refusal);
    if (pool) {
      currencies.add(pool.price.currency);
      holdSeconds = Math.min(holdSeconds, pool.holdSeconds);
      items.push({ pool: name, quantity, tickets: ticketIds.map((id) => ({ id, price: pool.price })) });
    }
    claims.set(name, decision.events);
  }
  if (currencies.size > 1) return reject({ slug: 'mixed-currencies', currencies: [...currencies] });
  const expiresAt = new Date(now.getTime() + holdSeconds * millisecondsPerSecond).toISOString();
  return {
    claims,
    opening: { type: 'TicketsReserved', data: { customerId, items, total: reservedTotal(items), expiresAt } },
  };
}
