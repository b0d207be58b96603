import type { Pool as Database } from 'pg';

export type Entry = { kind: 'capture' | 'refund'; amount: number };

/** What the payment provider has taken and given back for a purchase, oldest first. */
export async function ledgerOf(database: Database, purchaseId: string): Promise<readonly Entry[]> {
  const { rows } = await database.query<Entry>(
    `SELECT l.kind, l.amount::float8 FROM payment_simulator.ledger l JOIN payment_simulator.payments p USING (payment_id)
     WHERE p.purchase_id = $1 ORDER BY l.entry`,
    [purchaseId],
  );
  return rows;
}

/** How often money was taken for these purchases. */
export async function capturesFor(database: Database, purchaseIds: readonly string[]): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `SELECT count(*)::int FROM payment_simulator.ledger l JOIN payment_simulator.payments p USING (payment_id)
     WHERE p.purchase_id = ANY($1::uuid[]) AND l.kind = 'capture'`,
    [purchaseIds],
  );
  return rows[0]?.count ?? 0;
}
