import type { Pool as Database } from 'pg';
import type { ReservedPurchase } from '../domain';
import type { InlineWrite, StreamChange } from '../store';

interface Sale {
  pool: string;
  currency: string;
  total: number;
  count: number;
  tickets: number;
  stream: string;
}

function sales(changes: readonly StreamChange[]): Sale[] {
  const byPool = new Map<string, Sale>();
  for (const { aggregate, stream, state, events } of changes) {
    if (aggregate.category !== 'purchase' || !events.some(({ type }) => type === 'PurchaseConfirmed')) continue;
    const { items, total } = state as ReservedPurchase;
    for (const { pool, tickets } of items) {
      const sale = byPool.get(pool) ?? { pool, currency: total.currency, total: 0, count: 0, tickets: 0, stream };
      sale.total += tickets.reduce((sum, { price }) => sum + price.amount, 0);
      sale.count += 1;
      sale.tickets += tickets.length;
      byPool.set(pool, sale);
    }
  }
  return [...byPool.values()].sort((one, other) => (one.pool < other.pool ? -1 : 1));
}

/** Adds confirmed purchases to the UTC day of their confirmation, in the append's own statement. */
export function writeSalesByDay(changes: readonly StreamChange[]): InlineWrite | undefined {
  const sold = sales(changes);
  if (sold.length === 0) return undefined;
  return {
    name: 'sales_by_day',
    sql: (first) => `
      INSERT INTO sales_by_day AS s (pool, day, currency, total, count, tickets)
      SELECT u.pool, (statement_timestamp() AT TIME ZONE 'UTC')::date, u.currency, u.total, u.count, u.tickets
      FROM unnest($${first}::text[], $${first + 1}::text[], $${first + 2}::text[], $${first + 3}::bigint[], $${first + 4}::integer[],
        $${first + 5}::integer[]) AS u (stream, pool, currency, total, count, tickets)
      JOIN appended ON appended.stream = u.stream
      ON CONFLICT (pool, day) DO UPDATE SET total = s.total + excluded.total, count = s.count + excluded.count,
        tickets = s.tickets + excluded.tickets`,
    parameters: [
      sold.map(({ stream }) => stream),
      sold.map(({ pool }) => pool),
      sold.map(({ currency }) => currency),
      sold.map(({ total }) => total),
      sold.map(({ count }) => count),
      sold.map(({ tickets }) => tickets),
    ],
  };
}

export interface SalesByDay {
  /** Keyed by UTC day, `YYYY-MM-DD`; totals in minor units, count of confirmed purchases. */
  days: Record<string, { total: number; count: number; tickets: number }>;
  currency: string | undefined;
}

export async function salesByDay(database: Database, pool: string): Promise<SalesByDay> {
  const { rows } = await database.query<{
    day: string;
    currency: string;
    total: number;
    count: number;
    tickets: number;
  }>('SELECT day::text, currency, total::float8, count, tickets FROM sales_by_day WHERE pool = $1 ORDER BY day', [
    pool,
  ]);
  const days = Object.fromEntries(rows.map(({ day, total, count, tickets }) => [day, { total, count, tickets }]));
  return { days, currency: rows[0]?.currency };
}
