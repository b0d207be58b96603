import type { Pool as Database } from 'pg';
import {
  type BacktestResult,
  type Money,
  type Priced,
  type Pricing,
  PricingBacktest,
  poolCodec,
  poolStream,
} from '../domain';
import { readStreams, readVersions } from '../store';

/** Events that are read and replayed at once; between two pages whatever else waits has its turn. */
export const backtestPage = 500;

/** Replays what a pool has sold by now, as its stream has it, under other pricing. */
export async function backtestPricing(
  database: Database,
  pool: Pick<Priced, 'capacity' | 'startsAt'> & { name: string },
  other: { price: Money; pricing: Pricing },
): Promise<BacktestResult> {
  const stream = poolStream(pool.name);
  const last = (await readVersions(database, [stream])).get(stream) ?? 0;
  const backtest = new PricingBacktest(pool, other);
  for (let after = 0; after < last; after += backtestPage) {
    const upTo = Math.min(after + backtestPage, last);
    const events = await readStreams(database, [{ stream, after, upTo }]);
    for (const event of events) backtest.take(poolCodec.decode(event), event.created);
  }
  return backtest.result();
}
