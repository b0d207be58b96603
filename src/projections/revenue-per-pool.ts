import type { Pool as Database } from 'pg';
import { poolCodec, poolStream } from '../domain';
import type { Projection } from './projection';

/** What each pool has earned: one ticket, one price. */
export const revenuePerPool: Projection = {
  name: 'revenue_per_pool',
  tables: ['revenue_per_pool'],
  events: ['TicketBought'],
  async apply(events, { connection, table }) {
    const pools = new Map<string, { currency: string; revenue: number; tickets: number }>();
    for (const stored of events) {
      const event = poolCodec.decode(stored);
      if (event.type !== 'TicketBought') continue;
      const { amount, currency } = event.data.price;
      const name = stored.stream.slice(poolStream('').length);
      const sums = pools.get(name) ?? { currency, revenue: 0, tickets: 0 };
      pools.set(name, { currency, revenue: sums.revenue + amount, tickets: sums.tickets + 1 });
    }
    const sums = [...pools.values()];
    await connection.query(
      `INSERT INTO ${table('revenue_per_pool')} AS r (pool, currency, revenue, tickets)
       SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::integer[])
       ON CONFLICT (pool) DO UPDATE SET revenue = r.revenue + excluded.revenue, tickets = r.tickets + excluded.tickets`,
      [
        [...pools.keys()],
        sums.map(({ currency }) => currency),
        sums.map(({ revenue }) => revenue),
        sums.map(({ tickets }) => tickets),
      ],
    );
  },
};

export interface Revenue {
  /** Minor units of the pool's currency. */
  revenue: number;
  tickets: number;
}

const nothing: Revenue = { revenue: 0, tickets: 0 };

export async function revenueOfPool(database: Database, pool: string): Promise<Revenue> {
  return (await revenueOfPools(database, [pool]))(pool);
}

/** By the names of pools. */
export async function revenueOfPools(database: Database, pools: readonly string[]): Promise<(pool: string) => Revenue> {
  const { rows } = await database.query<Revenue & { pool: string }>(
    'SELECT pool, revenue::float8, tickets FROM revenue_per_pool WHERE pool = ANY($1)',
    [pools],
  );
  const found = new Map(rows.map(({ pool, ...revenue }) => [pool, revenue]));
  return (pool) => found.get(pool) ?? nothing;
}
