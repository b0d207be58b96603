import { z } from 'zod';
import { eventCodec } from './event-codec';
import { type Money, money } from './money';
import { PersistentMap } from './persistent-map';
import { needsStart, pricingSchema, quoteSchema } from './pricing';
import { invariant } from './refusal';
import { SeatMap, type SeatStatus } from './seat-map';
import { seatCount, seatLabel, seatRows } from './seating';

/** Where each limit of a pool is set. */
export const poolLimits = {
  capacity: 1_000_000,
  maxPerPurchase: { least: 1, most: 50, usual: 4 },
  maxPerCustomer: { least: 1, most: 1000 },
  holdSeconds: { least: 1, most: 3600, usual: 300 },
  /** Seats that one command withholds or gives back. */
  seatsAtOnce: 2_000,
} as const;

export const poolName = z.string().regex(/^[a-z0-9-]{1,63}$/, 'must be 1 to 63 of a-z, 0-9 and -');
const instant = z.iso.datetime({ offset: true });
/** What a stop does to open holds: give them back, or let their buyers still pay. */
export const holdsPolicy = z.enum(['release', 'honour']);
export type HoldsPolicy = z.infer<typeof holdsPolicy>;

/** Named where they are numbered. */
const someTickets = { quantity: z.int().min(1), seats: z.array(seatLabel).optional() };

export const poolEvents = {
  PoolCreated: z.object({
    name: poolName,
    title: z.string(),
    promoter: z.string(),
    capacity: z.int().min(1).max(poolLimits.capacity),
    price: money,
    maxPerPurchase: z.int(),
    /** Tickets that one customer may hold and have bought; without it as many as they like. */
    maxPerCustomer: z.int().optional(),
    holdSeconds: z.int(),
    startsAt: instant.optional(),
    opensAt: instant.optional(),
    closesAt: instant.optional(),
    /** The seats of a numbered pool, the front row first; without it general admission. */
    rows: seatRows.optional(),
    pricing: pricingSchema.optional(),
    /** The show whose section it is: that opens, closes and cancels it. */
    show: z.string().optional(),
  }),
  SalesOpened: z.object({}),
  SalesClosed: z.object({}),
  SalesStopped: z.object({ reason: z.string(), holds: holdsPolicy }),
  SalesResumed: z.object({}),
  /** The base price from now on, and the pricing where that was replaced. */
  PoolRepriced: z.object({ price: money, pricing: pricingSchema.optional() }),
  PoolCancelled: z.object({ reason: z.string() }),
  TicketsWithheld: z.object({ ...someTickets, reason: z.string().optional() }),
  TicketsGivenBack: z.object(someTickets),
  TicketClaimed: z.object({
    ticketId: z.uuid(),
    purchaseId: z.uuid(),
    /** Where the pool limits each customer. */
    customerId: z.string().optional(),
    seat: seatLabel.optional(),
    price: money,
    quote: quoteSchema,
  }),
  TicketReleased: z.object({ ticketId: z.uuid(), purchaseId: z.uuid() }),
  TicketBought: z.object({ ticketId: z.uuid(), purchaseId: z.uuid(), price: money }),
};
export type PoolEvent = {
  [Type in keyof typeof poolEvents]: { type: Type; data: z.infer<(typeof poolEvents)[Type]> };
}[keyof typeof poolEvents];

const asItWas = (data: unknown) => data;

export const poolCodec = eventCodec(poolEvents, {
  // What came with the second version changes what may be sold at which price: who does not know it must not sell.
  PoolCreated: { version: 2, upcasts: { 1: asItWas } },
  PoolRepriced: { version: 2, upcasts: { 1: asItWas } },
});
export type PoolSettings = z.infer<typeof poolEvents.PoolCreated>;

/** What a pool's workflow is started with, also by hand. */
export const poolSettings = poolEvents.PoolCreated.refine(
  ({ rows, capacity }) => rows === undefined || seatCount(rows) === capacity,
  { path: ['capacity'], message: 'must be the number of the seats' },
).refine(({ pricing, startsAt }) => !pricing || startsAt !== undefined || !needsStart(pricing), {
  path: ['startsAt'],
  message: 'is needed by a pricing that follows the time to the start',
});

export interface Claim {
  ticketId: string;
  price: Money;
  seat?: string;
  customerId?: string;
}

/** A pool that exists; before `PoolCreated` its state is `undefined`. */
export interface Pool extends PoolSettings {
  opened: boolean;
  closed: boolean;
  stopped?: { reason: string; holds: HoldsPolicy } | undefined;
  cancelled?: { reason: string };
  claimed: number;
  sold: number;
  /** Kept from sale by the promoter. */
  withheld: number;
  /** Live claims by purchase. */
  claims: PersistentMap<string, readonly Claim[]>;
  /** Where the pool is numbered. */
  seats?: SeatMap;
  /** Tickets that each customer holds or has bought, where the pool limits that. */
  customers?: PersistentMap<string, number>;
}

export type PoolStatus = 'scheduled' | 'on-sale' | 'stopped' | 'closed' | 'cancelled';

export function poolStatus(pool: Pool): PoolStatus {
  if (pool.cancelled) return 'cancelled';
  if (pool.closed) return 'closed';
  if (pool.stopped) return 'stopped';
  return pool.opened ? 'on-sale' : 'scheduled';
}

export const available = (pool: Pick<Pool, 'capacity' | 'claimed' | 'sold' | 'withheld'>) =>
  pool.capacity - pool.claimed - pool.sold - pool.withheld;

function existing(pool: Pool | undefined, event: PoolEvent): Pool {
  invariant(pool !== undefined, () => `${event.type} before PoolCreated`);
  return pool;
}

function created(settings: PoolSettings): Pool {
  const { opensAt, show, rows, maxPerCustomer } = settings;
  return {
    ...settings,
    opened: opensAt === undefined && show === undefined,
    closed: false,
    claimed: 0,
    sold: 0,
    withheld: 0,
    claims: PersistentMap.of(),
    ...(rows && { seats: SeatMap.of(rows) }),
    ...(maxPerCustomer !== undefined && { customers: PersistentMap.of<string, number>() }),
  };
}

/** The seats after these, of which each was as `from` says, have become as `to` says; nothing where there are none. */
function seatsTurned(
  { name, seats }: Pool,
  labels: readonly string[] | undefined,
  from: SeatStatus,
  to: SeatStatus,
): Pick<Pool, 'seats'> {
  invariant((seats === undefined) === (labels === undefined), () => `pool ${name} names its seats always or never`);
  if (!seats || !labels) return {};
  const wrong = labels.find((label) => seats.statusOf(label) !== from);
  invariant(wrong === undefined, () => `seat ${wrong} of pool ${name} is not ${from}`);
  return { seats: seats.with(labels, to) };
}

const seatOf = ({ seat }: { seat?: string | undefined }) => (seat === undefined ? undefined : [seat]);

/** One more ticket, or one less, in the hands of a customer. */
function customersWith(pool: Pool, customerId: string | undefined, more: 1 | -1): Pick<Pool, 'customers'> {
  const { customers } = pool;
  if (!customers || customerId === undefined) return {};
  const held = (customers.get(customerId) ?? 0) + more;
  invariant(held >= 0, () => `customer ${customerId} gives back more of pool ${pool.name} than they had`);
  return { customers: held === 0 ? customers.delete(customerId) : customers.set(customerId, held) };
}

function claimed(pool: Pool, data: Extract<PoolEvent, { type: 'TicketClaimed' }>['data']): Pool {
  const { purchaseId, ticketId, customerId, seat, price } = data;
  invariant(available(pool) > 0, () => `pool ${pool.name} is oversold`);
  const claims = pool.claims.get(purchaseId) ?? [];
  invariant(!claims.some((claim) => claim.ticketId === ticketId), () => `ticket ${ticketId} is claimed twice`);
  const claim: Claim = {
    ticketId,
    price,
    ...(seat !== undefined && { seat }),
    ...(customerId !== undefined && { customerId }),
  };
  return {
    ...pool,
    ...seatsTurned(pool, seatOf(data), 'available', 'claimed'),
    ...customersWith(pool, customerId, 1),
    claimed: pool.claimed + 1,
    claims: pool.claims.set(purchaseId, [...claims, claim]),
  };
}

/** The pool without one live claim, and that claim. */
function unclaimed(
  pool: Pool,
  { purchaseId, ticketId }: { purchaseId: string; ticketId: string },
): { claim: Claim; pool: Pool } {
  const claims = pool.claims.get(purchaseId) ?? [];
  const claim = claims.find((each) => each.ticketId === ticketId);
  invariant(claim !== undefined, () => `ticket ${ticketId} of pool ${pool.name} has no live claim`);
  const left = claims.filter((each) => each !== claim);
  return {
    claim,
    pool: {
      ...pool,
      claimed: pool.claimed - 1,
      claims: left.length === 0 ? pool.claims.delete(purchaseId) : pool.claims.set(purchaseId, left),
    },
  };
}

export function evolvePool(state: Pool | undefined, event: PoolEvent): Pool {
  if (event.type === 'PoolCreated') {
    invariant(state === undefined, () => `pool ${event.data.name} created twice`);
    return created(event.data);
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
      return { ...pool, ...event.data };
    case 'PoolCancelled':
      return { ...pool, cancelled: { reason: event.data.reason } };
    case 'TicketsWithheld': {
      const { quantity, seats } = event.data;
      invariant(quantity <= available(pool), () => `pool ${pool.name} withholds more than it has`);
      return {
        ...pool,
        ...seatsTurned(pool, seats, 'available', 'withheld'),
        withheld: pool.withheld + quantity,
      };
    }
    case 'TicketsGivenBack': {
      const { quantity, seats } = event.data;
      invariant(quantity <= pool.withheld, () => `pool ${pool.name} gives back more than was withheld`);
      return {
        ...pool,
        ...seatsTurned(pool, seats, 'withheld', 'available'),
        withheld: pool.withheld - quantity,
      };
    }
    case 'TicketClaimed':
      return claimed(pool, event.data);
    case 'TicketReleased': {
      const { claim, pool: without } = unclaimed(pool, event.data);
      return {
        ...without,
        ...seatsTurned(pool, seatOf(claim), 'claimed', 'available'),
        ...customersWith(pool, claim.customerId, -1),
      };
    }
    case 'TicketBought': {
      const { claim, pool: without } = unclaimed(pool, event.data);
      return { ...without, ...seatsTurned(pool, seatOf(claim), 'claimed', 'sold'), sold: pool.sold + 1 };
    }
  }
}
