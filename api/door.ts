import { createHash } from 'node:crypto';
import { type PurchaseRequest, quote, type Refusal, type RequestedItem } from '../src/domain';
import { type PoolView, poolsNamed } from '../src/projections';
import type { Caller } from './authentication';
import type { Dependencies } from './dependencies';
import { Problem, refusalProblem, validationFailed } from './problem';
import {
  type IdempotencyKey,
  idempotencyLimits,
  requestUnderKey,
  type TakenRequest,
  takeRequest,
} from './purchase-requests';

/** What the exact view of the pools refuses already, sparing a workflow; the reservation itself decides for good. */
function earlyRefusal(items: readonly RequestedItem[], pools: readonly PoolView[], now: Date): Refusal | undefined {
  for (const { pool: name, quantity, maxUnitPrice } of items) {
    const pool = pools.find((each) => each.name === name);
    if (!pool) continue;
    const reason = pool.reason ?? 'no reason given';
    if (pool.status === 'cancelled') return { slug: 'pool-cancelled', pool: name, reason };
    if (pool.status === 'closed' || (pool.closesAt !== undefined && Date.parse(pool.closesAt) <= now.getTime())) {
      return { slug: 'sales-stopped', pool: name, reason: 'the sale is over' };
    }
    if (pool.status === 'stopped') return { slug: 'sales-stopped', pool: name, reason };
    if (pool.status === 'scheduled') return { slug: 'sales-not-open', pool: name };
    if (quantity > pool.available) {
      return { slug: 'insufficient-inventory', pool: name, requested: quantity, available: pool.available };
    }
    const { unit } = quote(pool, now);
    if (maxUnitPrice && unit.amount > maxUnitPrice.amount) return { slug: 'price-changed', pool: name, price: unit };
  }
  return undefined;
}

/** A line that its pool, undefined where there is none, could never serve, however many tickets are left. */
export function lineRefusal(line: RequestedItem, pool: PoolView | undefined): Refusal | undefined {
  const { pool: name, quantity, seats, maxUnitPrice } = line;
  if (!pool) return { slug: 'not-found', what: `pool ${name}` };
  if (seats && !pool.numbered) return { slug: 'wrong-numbering', pool: name, numbered: false };
  const { currency } = pool.price;
  if (maxUnitPrice && maxUnitPrice.currency !== currency) {
    return { slug: 'wrong-currency', pool: name, currency, field: 'maxUnitPrice' };
  }
  if (quantity >= 1 && quantity <= pool.maxPerPurchase) return undefined;
  return { slug: 'invalid-quantity', pool: name, min: 1, max: pool.maxPerPurchase };
}

/** Requests that no pool could ever serve: they are answered at once and leave nothing behind. */
function impossible(items: readonly RequestedItem[], pools: readonly PoolView[]): Refusal | undefined {
  for (const item of items) {
    const refusal = lineRefusal(
      item,
      pools.find(({ name }) => name === item.pool),
    );
    if (refusal) return refusal;
  }
  const currencies = [...new Set(pools.map(({ price }) => price.currency))];
  return currencies.length > 1 ? { slug: 'mixed-currencies', currencies } : undefined;
}

/** The key of a request in the memory of its sender. Throws where it is missing or too long. */
export function idempotencyKey(header: string | undefined, caller: Caller): IdempotencyKey {
  if (header === undefined || header === '') {
    throw new Problem(
      'idempotency-key-missing',
      'Send an Idempotency-Key header, new for every purchase, the same for a retry.',
    );
  }
  return { holder: keyHolder(caller), key: refuseLongKey(header) };
}

export const keyHolder = ({ role, subject }: Caller) => `${role}:${subject}`;

export const keyReused = (what: 'purchase' | 'payment') =>
  new Problem(
    'idempotency-key-reused',
    `This Idempotency-Key came with another body before; use a new key for a new ${what}.`,
  );

export function refuseLongKey(key: string): string {
  if (key.length <= idempotencyLimits.keyLength) return key;
  const message = `must be at most ${idempotencyLimits.keyLength} characters`;
  throw validationFailed([{ path: 'Idempotency-Key', message }]);
}

type Request = Omit<PurchaseRequest, 'purchaseId'>;

/** What is known of a request beside what it asks for. */
interface Circumstances {
  /** What its sender sends again where it is repeated; the request itself, unless that was made from something else. */
  sent?: unknown;
  /** Why it comes to nothing, unless it was taken in before. */
  refusal?: Refusal | undefined;
}

/**
 * Takes a request to buy in, remembered under its key; a repeated one is the first one again. Throws what no pool could
 * ever serve, `idempotency-key-reused`, and `too-many-requests` where too many wait to be decided.
 */
export async function takeIn(
  dependencies: Dependencies,
  key: IdempotencyKey,
  request: Request,
  { sent = request, refusal }: Circumstances = {},
): Promise<TakenRequest> {
  const { database, undecided } = dependencies;
  const bodyHash = createHash('sha256').update(JSON.stringify(sent)).digest('hex');
  const room = undecided.enter();
  try {
    // What came first under the key is the answer, even to a request that could not be served itself.
    const taken = room
      ? await takeServable(dependencies, key, { ...request, bodyHash }, refusal)
      : await requestUnderKey(database, key);
    if (!taken) throw undecided.refuse();
    if (taken.bodyHash !== bodyHash) throw keyReused('purchase');
    if (!taken.repeated && !taken.refusal) undecided.expect(taken.purchaseId);
    return taken;
  } finally {
    room?.leave();
  }
}

async function takeServable(
  { database, newId, now }: Dependencies,
  key: IdempotencyKey,
  { customerId, shop, items, cart, bodyHash }: Request & Pick<TakenRequest, 'bodyHash'>,
  refusal: Refusal | undefined,
): Promise<TakenRequest> {
  const pools = await poolsNamed(
    database,
    items.map(({ pool }) => pool),
  );
  const never = refusal ?? impossible(items, pools);
  const taken = never
    ? await requestUnderKey(database, key)
    : await takeRequest(database, key, {
        purchaseId: newId(),
        bodyHash,
        customerId,
        shop,
        items,
        cart,
        refusal: earlyRefusal(items, pools, now()),
      });
  if (taken) return taken;
  throw never ? refusalProblem(never) : new Error('a request was neither taken in nor refused');
}
