import { type PoolView, type PurchaseView, poolNamed, purchasesById } from '../src/projections';
import type { Caller } from './authentication';
import type { Dependencies } from './dependencies';
import { requestedPurchase } from './present';
import { notFound, Problem } from './problem';
import { requestOfPurchase } from './purchase-requests';

type Reads = Pick<Dependencies, 'database'>;

/** Throws `not-found`. */
export async function findPool({ database }: Reads, name: string): Promise<PoolView> {
  const pool = await poolNamed(database, name);
  if (!pool) throw notFound(`pool ${name}`);
  return pool;
}

/** A pool that this promoter made; for an operator any. Throws `not-found` or `forbidden`. */
export async function findOwnPool(reads: Reads, name: string, { role, subject }: Caller): Promise<PoolView> {
  const pool = await findPool(reads, name);
  if (role === 'operator' || pool.promoter === subject) return pool;
  throw new Problem('forbidden', `The pool ${name} belongs to another promoter.`);
}

/** A purchase that is decided, or one that was only taken in. Throws `not-found`. */
export async function findPurchase({ database }: Reads, id: string): Promise<PurchaseView> {
  const [decided] = await purchasesById(database, [id]);
  if (decided) return decided;
  const taken = await requestOfPurchase(database, id);
  if (!taken) throw notFound(`purchase ${id}`);
  return requestedPurchase(taken);
}
