import { type CartLine, canUndo, type Money, quote, sum, times } from '../src/domain';
import type { CartView, PoolView } from '../src/projections';
import { type Caller, isOfShop } from './authentication';
import type { Dependencies } from './dependencies';
import { notFound } from './problem';

/** A cart, and every pool that it has a line of, each as it is now. */
export interface CartReading {
  view: CartView;
  lines: readonly { line: CartLine; pool: PoolView }[];
}

type Reads = Pick<Dependencies, 'reads'>;

const noCart = (id: string) => notFound(`cart ${id}`);

/** A cart of this shop; for an operator any. Throws `not-found`. */
export async function findCart({ reads }: Reads, id: string, caller: Caller): Promise<CartView> {
  const view = await reads.carts.read(id);
  if (!view || !isOfShop(view, caller)) throw noCart(id);
  return view;
}

/** The same with its pools. Throws `not-found`. */
export async function readCart(reads: Reads, id: string, caller: Caller): Promise<CartReading> {
  return withPools(reads, await findCart(reads, id, caller));
}

/** Whosever it is. Throws `not-found`. */
export async function readAnyCart({ reads }: Reads, id: string): Promise<CartReading> {
  const view = await reads.carts.read(id);
  if (!view) throw noCart(id);
  return withPools({ reads }, view);
}

async function withPools({ reads }: Reads, view: CartView): Promise<CartReading> {
  const lines = await Promise.all(
    view.cart.items.map(async (line) => {
      const reading = await reads.pools.read(line.pool);
      // It was there when the line was added, and no pool is ever removed.
      if (!reading) throw new Error(`pool ${line.pool} of cart ${view.id} is gone`);
      return { line, pool: reading.pool };
    }),
  );
  return { view, lines };
}

function totalOf(prices: readonly Money[]): Money | undefined {
  const [first] = prices;
  return first && prices.every(({ currency }) => currency === first.currency) ? sum(prices, first.currency) : undefined;
}

/** The cart as the contract has it: what it is worth now, or was when it was checked out. */
export function presentCart({ view, lines }: CartReading, now: Date) {
  const { id, cart, createdAt, updatedAt } = view;
  const { customerId, checkedOut } = cart;
  const items = lines.map(({ line, pool }) => {
    const price = quote(pool, now).unit;
    const { available, claimed, sold, soldOut, allHeld, nextReleaseAt, status: poolStatus } = pool;
    const left = { available, claimed, sold, soldOut, allHeld, ...(nextReleaseAt !== undefined && { nextReleaseAt }) };
    return { ...line, price, total: times(price, line.quantity), ...left, poolStatus };
  });
  const total = checkedOut?.total ?? totalOf(items.map((item) => item.total));
  return {
    id,
    status: checkedOut ? ('checked-out' as const) : ('open' as const),
    customerId,
    items,
    ...(total && { total }),
    ...(checkedOut && { purchaseId: checkedOut.purchaseId }),
    canUndo: canUndo(cart),
    position: checkedOut ? view.position : Math.max(view.position, ...lines.map(({ pool }) => pool.position)),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
