import { customerKey } from './customer';
import { type HoldEnd, HoldEnds } from './hold-ends';
import type { Money } from './money';
import { PersistentMap } from './persistent-map';
import type { HoldsPolicy, PoolEvent, PoolSettings } from './pool-events';
import { invariant } from './refusal';
import { SeatMap, type SeatStatus } from './seat-map';

export interface Claim {
  ticketId: string;
  price: Money;
  seat?: string;
  /** By `customerKey`. */
  customer?: string;
  /** In milliseconds since 1970. */
  heldUntil?: number;
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
  /** When these claims end, as far as they say it. */
  holdEnds: HoldEnds;
  /** Where the pool is numbered. */
  seats?: SeatMap;
  /** Tickets that each customer, by `customerKey`, holds or has bought, where the pool limits that. */
  customers?: PersistentMap<string, number>;
  /** Tickets that each customer, by `customerKey`, holds; of claims that say whose they are. */
  holders: PersistentMap<string, number>;
}

/** Purchases of the largest quantity that one customer may hold at a time where the pool does not say otherwise. */
const heldPurchases = 2;

/** Tickets of the pool that one customer may hold at a time. */
export const heldAtMost = ({
  maxHeldPerCustomer,
  maxPerCustomer,
  maxPerPurchase,
}: Pick<PoolSettings, 'maxHeldPerCustomer' | 'maxPerCustomer' | 'maxPerPurchase'>): number =>
  maxHeldPerCustomer ?? maxPerCustomer ?? heldPurchases * maxPerPurchase;

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
    holdEnds: HoldEnds.none,
    holders: PersistentMap.of(),
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

type Counts = PersistentMap<string, number>;

/** One more ticket, or one less, of a customer. */
function counted(counts: Counts, customer: string, more: 1 | -1): Counts {
  const count = (counts.get(customer) ?? 0) + more;
  invariant(count >= 0, () => `customer ${customer} gives back more than they had`);
  return count === 0 ? counts.delete(customer) : counts.set(customer, count);
}

/** One more ticket, or one less, in the hands of a customer. */
function customersWith({ customers }: Pool, customer: string | undefined, more: 1 | -1): Pick<Pool, 'customers'> {
  return customers && customer !== undefined ? { customers: counted(customers, customer, more) } : {};
}

function holdersWith({ holders }: Pool, customer: string | undefined, more: 1 | -1): Pick<Pool, 'holders'> {
  return customer === undefined ? { holders } : { holders: counted(holders, customer, more) };
}

/** How many tickets each customer holds, by the live claims. */
export function holdersOf(claims: Iterable<readonly [string, readonly Claim[]]>): Map<string, number> {
  const holders = new Map<string, number>();
  for (const [, held] of claims) {
    for (const { customer } of held)
      if (customer !== undefined) holders.set(customer, (holders.get(customer) ?? 0) + 1);
  }
  return holders;
}

/** When each live claim ends; those of one purchase that end together are one. */
export function holdEndsOf(claims: Iterable<readonly [string, readonly Claim[]]>): HoldEnd[] {
  return [...claims].flatMap(([purchaseId, held]) => {
    const ends = new Set(held.flatMap(({ heldUntil }) => heldUntil ?? []));
    return [...ends].map((at) => ({ at, purchaseId }));
  });
}

/** When the next hold may end, as an instant; undefined where nothing is held, or claims do not say it. */
export function nextRelease({ holdEnds }: Pick<Pool, 'holdEnds'>): string | undefined {
  return holdEnds.next === undefined ? undefined : new Date(holdEnds.next).toISOString();
}

function claimed(pool: Pool, data: Extract<PoolEvent, { type: 'TicketClaimed' }>['data']): Pool {
  const { purchaseId, ticketId, customerId, shop, seat, price } = data;
  const customer = customerId === undefined ? undefined : customerKey({ customerId, shop });
  const heldUntil = data.heldUntil === undefined ? undefined : Date.parse(data.heldUntil);
  invariant(available(pool) > 0, () => `pool ${pool.name} is oversold`);
  const claims = pool.claims.get(purchaseId) ?? [];
  invariant(!claims.some((claim) => claim.ticketId === ticketId), () => `ticket ${ticketId} is claimed twice`);
  const claim: Claim = {
    ticketId,
    price,
    ...(seat !== undefined && { seat }),
    ...(customer !== undefined && { customer }),
    ...(heldUntil !== undefined && { heldUntil }),
  };
  const isNewEnd = heldUntil !== undefined && !claims.some((each) => each.heldUntil === heldUntil);
  return {
    ...pool,
    ...seatsTurned(pool, seatOf(data), 'available', 'claimed'),
    ...customersWith(pool, customer, 1),
    ...holdersWith(pool, customer, 1),
    claimed: pool.claimed + 1,
    claims: pool.claims.set(purchaseId, [...claims, claim]),
    ...(isNewEnd && { holdEnds: pool.holdEnds.with({ at: heldUntil, purchaseId }) }),
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
  const others = claims.filter((each) => each !== claim);
  const left = others.length === 0 ? pool.claims.delete(purchaseId) : pool.claims.set(purchaseId, others);
  const isLive = (end: HoldEnd) => left.get(end.purchaseId)?.some(({ heldUntil }) => heldUntil === end.at) ?? false;
  const holdEnds = pool.holdEnds.settled(isLive, { size: left.size, all: () => holdEndsOf(left) });
  const holders = holdersWith(pool, claim.customer, -1);
  return { claim, pool: { ...pool, ...holders, claimed: pool.claimed - 1, claims: left, holdEnds } };
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
        ...customersWith(pool, claim.customer, -1),
      };
    }
    case 'TicketBought': {
      const { claim, pool: without } = unclaimed(pool, event.data);
      return { ...without, ...seatsTurned(pool, seatOf(claim), 'claimed', 'sold'), sold: pool.sold + 1 };
    }
  }
}
