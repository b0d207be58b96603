import type { ClientBase, Pool as Database } from 'pg';
import { type PurchaseEvent, purchaseCodec } from '../domain';
import type { RecordedEvent } from '../store';
import type { Projection } from './projection';
import { reservationsOf } from './reservations';

interface DayOfPool {
  pool: string;
  day: string;
  currency: string;
  total: number;
  count: number;
  tickets: number;
  refunded: number;
  refunds: number;
}

const dateLength = 'YYYY-MM-DD'.length;

/** What the events add to each pool and UTC day: sales on the day of their confirmation, refunds on their own. */
async function additions(connection: ClientBase, events: readonly RecordedEvent[]): Promise<DayOfPool[]> {
  const reserved = await reservationsOf(connection, events);
  const days = new Map<string, DayOfPool>();
  for (const stored of events) {
    const { type }: PurchaseEvent = purchaseCodec.decode(stored);
    const day = stored.created.toISOString().slice(0, dateLength);
    const { items, total } = reserved(stored.stream);
    for (const { pool, tickets } of items) {
      const key = `${pool} ${day}`;
      const amount = tickets.reduce((sum, { price }) => sum + price.amount, 0);
      const none = { pool, day, currency: total.currency, total: 0, count: 0, tickets: 0, refunded: 0, refunds: 0 };
      const sums = days.get(key) ?? none;
      days.set(key, sums);
      if (type === 'PurchaseConfirmed') {
        sums.total += amount;
        sums.count += 1;
        sums.tickets += tickets.length;
      } else {
        sums.refunded += amount;
        sums.refunds += 1;
      }
    }
  }
  return [...days.values()];
}

/** Sales and refunds of each pool by UTC day. A payment is given back in full, so each pool's part is what was reserved there. */
export const salesByDay: Projection = {
  name: 'sales_by_day',
  tables: ['sales_by_day'],
  events: ['PurchaseConfirmed', 'PaymentRefunded'],
  async apply(events, { connection, table }) {
    const added = await additions(connection, events);
    await connection.query(
      `INSERT INTO ${table('sales_by_day')} AS s (pool, day, currency, total, count, tickets, refunded, refunds)
       SELECT * FROM unnest($1::text[], $2::date[], $3::text[], $4::bigint[], $5::integer[], $6::integer[], $7::bigint[], $8::integer[])
       ON CONFLICT (pool, day) DO UPDATE SET total = s.total + excluded.total, count = s.count + excluded.count,
         tickets = s.tickets + excluded.tickets, refunded = s.refunded + excluded.refunded,
         refunds = s.refunds + excluded.refunds`,
      [
        added.map(({ pool }) => pool),
        added.map(({ day }) => day),
        added.map(({ currency }) => currency),
        added.map(({ total }) => total),
        added.map(({ count }) => count),
        added.map(({ tickets }) => tickets),
        added.map(({ refunded }) => refunded),
        added.map(({ refunds }) => refunds),
      ],
    );
  },
};

/** Amounts in minor units; count of confirmed purchases, refunds of payments given back. */
export type SalesOfDay = Pick<DayOfPool, 'total' | 'count' | 'tickets' | 'refunded' | 'refunds'>;

/** Keyed by UTC day, `YYYY-MM-DD`. */
export async function salesOfPool(database: Database, pool: string): Promise<Record<string, SalesOfDay>> {
  const { rows } = await database.query<SalesOfDay & { day: string }>(
    `SELECT day::text, total::float8, count, tickets, refunded::float8, refunds FROM sales_by_day
     WHERE pool = $1 ORDER BY day`,
    [pool],
  );
  return Object.fromEntries(rows.map(({ day, ...sales }) => [day, sales]));
}

/** What a pool sold on a UTC day, `YYYY-MM-DD`. */
export interface SoldOnDay {
  pool: string;
  day: string;
  tickets: number;
  /** Minor units. */
  total: number;
}

/** Days on which pools sold something, from the first. */
export async function soldByDay(database: Database, pools: readonly string[]): Promise<SoldOnDay[]> {
  const { rows } = await database.query<SoldOnDay>(
    `SELECT pool, day::text, tickets, total::float8 FROM sales_by_day
     WHERE pool = ANY($1) AND tickets > 0 ORDER BY day, pool`,
    [pools],
  );
  return rows;
}
