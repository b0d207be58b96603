import type { Pool as Database } from 'pg';
import { poolsNamed, purchasesById } from '../../src/projections';
import type { Buyer } from './buyer';

/**
 * Every ended purchase has its tickets and exactly one capture, or neither tickets nor money; every pool counts as
 * claimed what open purchases hold and as sold what confirmed ones bought.
 */
export async function assertSettled(database: Database, buyers: readonly Buyer[]): Promise<void> {
  const views = await purchasesById(
    database,
    buyers.map(({ id }) => id),
  );
  const expected = new Map<string, { claimed: number; sold: number }>();
  for (const view of views) {
    const open = view.status === 'reserved' || view.status === 'paying';
    const money = (await buyers.find(({ id }) => id === view.id)?.money()) ?? [];
    if (view.status === 'confirmed') expect(money).toEqual([`capture ${view.total?.amount}`]);
    else if (!open) expect(balance(money)).toBe(0);
    for (const { pool, quantity } of view.items) {
      const counts = expected.get(pool) ?? { claimed: 0, sold: 0 };
      if (open) counts.claimed += quantity;
      if (view.status === 'confirmed') counts.sold += quantity;
      expected.set(pool, counts);
    }
  }
  for (const { name, capacity, available, claimed, sold } of await poolsNamed(database, [...expected.keys()])) {
    expect({ name, claimed, sold }).toEqual({ name, ...expected.get(name) });
    expect(available + claimed + sold).toBe(capacity);
  }
}

function balance(entries: readonly string[]): number {
  return entries.reduce((sum, entry) => {
    const [kind, amount] = entry.split(' ');
    return sum + (kind === 'capture' ? Number(amount) : -Number(amount));
  }, 0);
}
