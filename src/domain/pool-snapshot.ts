import { z } from 'zod';
import { HoldEnds } from './hold-ends';
import { money } from './money';
import { PersistentMap } from './persistent-map';
import { type Claim, holdEndsOf, holdersOf, type Pool } from './pool';
import { holdsPolicy, poolEvents } from './pool-events';
import { invariant } from './refusal';
import { SeatMap } from './seat-map';
import { seatLabel } from './seating';

/** Raised whenever `evolvePool` makes another state of the same events: older snapshots are then of no use any more. */
export const poolReducer = 5;

/** Purchases, or customers, in one piece of a written snapshot: about a millisecond's work. */
const linesInPiece = 500;

const plain = poolEvents.PoolCreated.extend({
  opened: z.boolean(),
  closed: z.boolean(),
  stopped: z.strictObject({ reason: z.string(), holds: holdsPolicy }).optional(),
  cancelled: z.strictObject({ reason: z.string() }).optional(),
  claimed: z.int().min(0),
  sold: z.int().min(0),
  withheld: z.int().min(0),
}).strict();

const named = z.strictObject({
  seat: seatLabel.optional(),
  customer: z.string().optional(),
  heldUntil: z.int().optional(),
});

/** One purchase's claims in their order: its id, then for each its ticket id, the place of its price, and what else it names. */
type FlatClaims = (string | number | z.infer<typeof named>)[];

/** `claims` and `customers` are checked by hand: there may be a million, and each would cost a schema more than its own reading. */
const written = z.strictObject({
  pool: plain,
  claims: z.unknown(),
  prices: z.array(money),
  /** A letter for each seat of each row. */
  seats: z.array(z.string()).optional(),
  customers: z.unknown().optional(),
});

/** A pool's state as JSON, in pieces, so that other work finds a gap between them. */
export function* writePool(pool: Pool): Generator<string> {
  const { claims, holdEnds: _, holders: __, seats, customers, ...rest } = pool;
  const prices = new PriceList();
  yield `{"pool":${JSON.stringify(rest)},"claims":[`;
  yield* inPieces(claims, ([purchaseId, held]) => flat(purchaseId, held, prices));
  yield `],"prices":${JSON.stringify(prices.listed)}`;
  if (seats) yield `,"seats":${JSON.stringify(seats.statuses())}`;
  if (customers) {
    yield ',"customers":[';
    yield* inPieces(customers, (line) => line);
    yield ']';
  }
  yield '}';
}

function* inPieces<Entry>(entries: Iterable<Entry>, lineOf: (entry: Entry) => unknown): Generator<string> {
  let piece: string[] = [];
  let separator = '';
  for (const entry of entries) {
    piece.push(JSON.stringify(lineOf(entry)));
    if (piece.length < linesInPiece) continue;
    yield separator + piece.join();
    piece = [];
    separator = ',';
  }
  if (piece.length > 0) yield separator + piece.join();
}

/** Throws for what `writePool` never wrote. */
export function readPool(text: string): Pool {
  const { pool, claims: lines, prices, seats, customers } = written.parse(JSON.parse(text));
  invariant(Array.isArray(lines), () => 'a snapshot lists claims');
  let live = 0;
  const byPurchase = new Map<string, readonly Claim[]>();
  for (const line of lines) {
    invariant(Array.isArray(line) && typeof line[0] === 'string', () => 'a snapshot names the purchase of claims');
    const held = claimsIn(line, prices);
    live += held.length;
    byPurchase.set(line[0], held);
  }
  invariant(live === pool.claimed, () => `a snapshot of pool ${pool.name} has ${live} claims for ${pool.claimed}`);
  invariant(byPurchase.size === lines.length, () => `a snapshot of pool ${pool.name} names a purchase twice`);
  invariant((pool.rows === undefined) === (seats === undefined), () => 'a snapshot of a numbered pool has its seats');
  const limited = pool.maxPerCustomer !== undefined;
  invariant(limited === (customers !== undefined), () => 'a snapshot knows the customers that the pool limits');
  return {
    ...pool,
    claims: PersistentMap.of(byPurchase),
    holdEnds: HoldEnds.of(holdEndsOf(byPurchase)),
    holders: PersistentMap.of(holdersOf(byPurchase)),
    ...(pool.rows && seats && { seats: SeatMap.restore(pool.rows, seats) }),
    ...(limited && { customers: PersistentMap.of(customersIn(customers)) }),
  } as Pool;
}

function flat(purchaseId: string, claims: readonly Claim[], prices: PriceList): FlatClaims {
  const line: FlatClaims = [purchaseId];
  for (const { ticketId, price, ...names } of claims) {
    line.push(ticketId, prices.placeOf(price));
    if (Object.keys(names).length > 0) line.push(names);
  }
  return line;
}

function claimsIn(line: readonly unknown[], prices: readonly Claim['price'][]): readonly Claim[] {
  const claims: Claim[] = [];
  for (let index = 1; index < line.length; ) {
    const [ticketId, place, names] = line.slice(index, index + 3);
    const price = prices[Number(place)];
    invariant(typeof ticketId === 'string' && price !== undefined, () => 'a snapshot knows the price of every ticket');
    const isNamed = typeof names === 'object';
    claims.push({ ticketId, price, ...(isNamed && (named.parse(names) as Omit<Claim, 'ticketId' | 'price'>)) });
    index += isNamed ? 3 : 2;
  }
  return claims;
}

function customersIn(lines: unknown): Map<string, number> {
  invariant(Array.isArray(lines), () => 'a snapshot lists customers');
  const customers = new Map<string, number>();
  for (const line of lines) {
    const [customer, tickets] = Array.isArray(line) ? line : [];
    const isWhole = typeof customer === 'string' && Number.isInteger(tickets) && tickets > 0;
    invariant(isWhole, () => 'a snapshot counts the tickets of each customer');
    customers.set(customer, tickets);
  }
  invariant(customers.size === lines.length, () => 'a snapshot names each customer once');
  return customers;
}

/** Tickets of a pool share few prices. */
class PriceList {
  readonly listed: Claim['price'][] = [];
  private readonly places = new Map<string, number>();

  placeOf(price: Claim['price']): number {
    const key = `${price.amount} ${price.currency}`;
    let place = this.places.get(key);
    if (place === undefined) {
      place = this.listed.push(price) - 1;
      this.places.set(key, place);
    }
    return place;
  }
}
