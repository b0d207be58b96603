import { z } from 'zod';
import { eventCodec } from './event-codec';
import { type Money, money } from './money';
import { PersistentMap } from './persistent-map';
import { quote, quoteSchema } from './pricing';
import { accept, type Decision, invariant, refuse } from './refusal';

/** Where each limit of a pool is set. */
export const poolLimits = {
  capacity: 1_000_000,
  maxPerPurchase: { least: 1, most: 50, usual: 4 },
  holdSeconds: { least: 1, most: 3600, usual: 300 },
} as const;

export const poolName = z.string().regex(/^[a-z0-9-]{1,63}$/, 'must be 1 to 63 of a-z, 0-9 and -');
const instant = z.iso.datetime({ offset: true });
/** What a stop does to open holds: give them back, or let their buyers still pay. */
export const holdsPolicy = z.enum(['release', 'honour']);
export type HoldsPolicy = z.infer<typeof holdsPolicy>;

export const poolEvents = {
  PoolCreated: z.object({
    name: poolName,
    title: z.string(),
    promoter: z.string(),
    capacity: z.int().min(1).max(poolLimits.capacity),
    price: money,
    maxPerPurchase: z.int(),
    holdSeconds: z.int(),
    startsAt: instant.optional(),
    opensAt: instant.optional(),
    closesAt: instant.optional(),
  }),
  SalesOpened: z.object({}),
  SalesClosed: z.object({}),
  SalesStopped: z.object({ reason: z.string(), holds: holdsPolicy }),
  SalesResumed: z.object({}),
  PoolRepriced: z.object({ price: money }),
  PoolCancelled: z.object({ reason: z.string() }),
  TicketClaimed: z.object({ ticketId: z.uuid(), purchaseId: z.uuid(), price: money, quote: quoteSchema }),
  TicketReleased: z.object({ ticketId: z.uuid(), purchaseId: z.uuid() }),
  TicketBought: z.object({ ticketId: z.uuid(), purchaseId: z.uuid(), price: money }),
};
export type PoolEvent = {
  [Type in keyof typeof poolEvents]: { type: Type; data: z.infer<(typeof poolEvents)[Type]> };
}[keyof typeof poolEvents];
export const poolCodec = eventCodec(poolEvents);
export type PoolSettings = z.infer<typeof poolEvents.PoolCreated>;

export interface Claim {
  ticketId: string;
  price: Money;
}

/** A pool that exists; before `PoolCreated` its state is `undefined`. */
export interface Pool extends PoolSettings {
  opened: boolean;
  closed: boolean;
  stopped?: { reason: string; holds: HoldsPolicy } | undefined;
  cancelled?: { reason: string };
  claimed: number;
  sold: number;
  /** Live claims by purchase. */
  claims: PersistentMap<string, readonly Claim[]>;
}

export type PoolStatus = 'scheduled' | 'on-sale' | 'stopped' | 'closed' | 'cancelled';

export function poolStatus(pool: Pool): PoolStatus {
  if (pool.cancelled) return 'cancelled';
  if (pool.closed) return 'closed';
  if (pool.stopped) return 'stopped';
  return pool.opened ? 'on-sale' : 'scheduled';
}

export const available = (pool: Pick<Pool, 'capacity' | 'claimed' | 'sold'>) =>
  pool.capacity - pool.claimed - pool.sold;

function existing(pool: Pool | undefined, event: PoolEvent): Pool {
  invariant(pool !== undefined, () => `${event.type} before PoolCreated`);
  return pool;
}

function withoutClaim(pool: Pool, purchaseId: string, ticketId: string): Pool['claims'] {
  const claims = pool.claims.get(purchaseId) ?? [];
  const left = claims.filter((claim) => claim.ticketId !== ticketId);
  invariant(left.length === claims.length - 1, () => `ticket ${ticketId} of pool ${pool.name} has no live claim`);
  return left.length === 0 ? pool.claims.delete(purchaseId) : pool.claims.set(purchaseId, left);
}

export function evolvePool(state: Pool | undefined, event: PoolEvent): Pool {
  if (event.type === 'PoolCreated') {
    invariant(state === undefined, () => `pool ${event.data.name} created twice`);
    const opened = event.data.opensAt === undefined;
    return { ...event.data, opened, closed: false, claimed: 0, sold: 0, claims: PersistentMap.of() };
  }
  const pool = existing(state, event);
  switch (event.type) {
    case 'SalesOpened':
      return { ...pool, opened: true };
    case 'SalesClosed':
      return { ...pool, closed: true };
    case 'SalesStopped':
      return { ...pool, stopped: event.data };
    case 'SalesResumed':
      return { ...pool, stopped: undefined };
    case 'PoolRepriced':
      return { ...pool, price: event.data.price };
    case 'PoolCancelled':
      return { ...pool, cancelled: { reason: event.data.reason } };
    case 'TicketClaimed': {
      invariant(available(pool) > 0, () => `pool ${pool.name} is oversold`);
      const { purchaseId, ticketId, price } = event.data;
      const claims = pool.claims.get(purchaseId) ?? [];
      invariant(!claims.some((claim) => claim.ticketId === ticketId), () => `ticket ${ticketId} is claimed twice`);
      return {
        ...pool,
        claimed: pool.claimed + 1,
        claims: pool.claims.set(purchaseId, [...claims, { ticketId, price }]),
      };
    }
    case 'TicketReleased': {
      const claims = withoutClaim(pool, event.data.purchaseId, event.data.ticketId);
      return { ...pool, claimed: pool.claimed - 1, claims };
    }
    case 'TicketBought': {
      const claims = withoutClaim(pool, event.data.purchaseId, event.data.ticketId);
      return { ...pool, claimed: pool.claimed - 1, sold: pool.sold + 1, claims };
    }
  }
}

export function createPool(pool: Pool | undefined, settings: PoolSettings): Decision<PoolEvent> {
  if (pool) return refuse({ slug: 'pool-name-taken', pool: settings.name });
  return accept({ type: 'PoolCreated', data: settings });
}

/** What a promoter, or the pool's own timers, may ask of a pool. */
export type PoolCommand =
  | { kind: 'openSales' }
  | { kind: 'closeSales' }
  | { kind: 'stopSales'; reason: string; holds: HoldsPolicy }
  | { kind: 'resumeSales' }
  | { kind: 'reprice'; price: Money }
  | { kind: 'cancelSales'; reason: string };

/** Steers the sale; nothing is appended when the pool is already as asked. */
export function steerPool(pool: Pool | undefined, name: string, command: PoolCommand): Decision<PoolEvent> {
  if (!pool) return refuse({ slug: 'not-found', what: `pool ${name}` });
  if (pool.cancelled) {
    if (command.kind === 'cancelSales') return accept();
    return refuse({ slug: 'pool-cancelled', pool: name, reason: pool.cancelled.reason });
  }
  switch (command.kind) {
    case 'openSales':
      return pool.opened ? accept() : accept({ type: 'SalesOpened', data: {} });
    case 'closeSales':
      return pool.closed ? accept() : accept({ type: 'SalesClosed', data: {} });
    case 'stopSales': {
      const { reason, holds } = command;
      const already = pool.stopped?.reason === reason && pool.stopped.holds === holds;
      return already ? accept() : accept({ type: 'SalesStopped', data: { reason, holds } });
    }
    case 'resumeSales':
      return pool.stopped ? accept({ type: 'SalesResumed', data: {} }) : accept();
    case 'reprice': {
      const { price } = command;
      if (price.currency !== pool.price.currency) {
        return refuse({ slug: 'wrong-currency', pool: name, currency: pool.price.currency });
      }
      return price.amount === pool.price.amount ? accept() : accept({ type: 'PoolRepriced', data: { price } });
    }
    case 'cancelSales':
      return accept({ type: 'PoolCancelled', data: { reason: command.reason } });
  }
}

export interface ClaimTickets {
  pool: string;
  purchaseId: string;
  ticketIds: readonly string[];
  now: Date;
}

/** Claims tickets at the price of this moment, or says why not. */
export function claimTickets(pool: Pool | undefined, command: ClaimTickets): Decision<PoolEvent> {
  const { purchaseId, ticketIds, now } = command;
  if (!pool) return refuse({ slug: 'not-found', what: `pool ${command.pool}` });
  const { name, maxPerPurchase } = pool;
  if (pool.cancelled) return refuse({ slug: 'pool-cancelled', pool: name, reason: pool.cancelled.reason });
  if (pool.closed || (pool.closesAt !== undefined && now.getTime() >= Date.parse(pool.closesAt))) {
    return refuse({ slug: 'sales-stopped', pool: name, reason: 'the sale is over' });
  }
  if (pool.stopped) return refuse({ slug: 'sales-stopped', pool: name, reason: pool.stopped.reason });
  if (!pool.opened) return refuse({ slug: 'sales-not-open', pool: name });
  const requested = ticketIds.length;
  if (requested < 1 || requested > maxPerPurchase) {
    return refuse({ slug: 'invalid-quantity', pool: name, min: 1, max: maxPerPurchase });
  }
  if (requested > available(pool)) {
    return refuse({ slug: 'insufficient-inventory', pool: name, requested, available: available(pool) });
  }
  const { unit: price, quote: explained } = quote(pool, now);
  return accept(
    ...ticketIds.map((ticketId): PoolEvent => {
      return { type: 'TicketClaimed', data: { ticketId, purchaseId, price, quote: explained } };
    }),
  );
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
