import type { PoolView, PurchaseView } from '../src/projections';
import { type Caller, isOfShop } from './authentication';
import type { Dependencies } from './dependencies';
import { requestedPurchase } from './present';
import { notFound, Problem } from './problem';
import { requestOfPurchase } from './purchase-requests';
import type { PoolReading } from './reads';

type Reads = Pick<Dependencies, 'database' | 'reads'>;

/** A pool with its JSON. Throws `not-found`. */
export async function readPool({ reads }: Pick<Reads, 'reads'>, name: string): Promise<PoolReading> {
  const reading = await reads.pools.read(name);
  if (!reading) throw notFound(`pool ${name}`);
  return reading;
}

/** Throws `not-found`. */
export async function findPool(reads: Reads, name: string): Promise<PoolView> {
  return (await readPool(reads, name)).pool;
}

/** A pool that this promoter made; for an operator any. Throws `not-found` or `forbidden`. */
export async function findOwnPool(reads: Reads, name: string, { role, subject }: Caller): Promise<PoolView> {
  const pool = await findPool(reads, name);
  if (role === 'operator' || pool.promoter === subject) return pool;
  throw new Problem('forbidden', `The pool ${name} belongs to another promoter.`);
}

/** A purchase of this shop, decided or only taken in; for an operator any. Throws `not-found`. */
export async function findPurchase({ database, reads }: Reads, id: string, caller: Caller): Promise<PurchaseView> {
  const purchase = (await reads.purchases.read(id)) ?? requestedPurchase(await requestOfPurchase(database, id));
  if (!purchase || !isOfShop(purchase, caller)) throw notFound(`purchase ${id}`);
  return purchase;
}
