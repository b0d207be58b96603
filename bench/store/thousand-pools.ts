import { v7 } from 'uuid';
import { connect } from '../../src/store';
import type { ScenarioOptions } from './scenario';
import { seller } from './seller';
import { type Selling, sellBy } from './selling';
import { checkSold } from './sold';

const poolCount = 1_000;
const clients = 80;
const warmUpSeconds = 2;

interface ThousandPoolsFigures {
  many: Selling;
  one: Selling;
  ratio: number;
}

/** A thousand pools on sale at once, beside a single one with as many clients. */
export async function thousandPools({
  databaseUrl,
  cleanup,
  seconds,
  say,
}: ScenarioOptions): Promise<{ figures: ThousandPoolsFigures; lines: string[] }> {
  const database = connect(databaseUrl, () => undefined);
  const sold = async (count: number): Promise<Selling> => {
    say(`${count} pools, ${clients} clients…`);
    const pools = Array.from({ length: count }, () => `bench-${v7()}`);
    const { createPool } = seller(database);
    await Promise.all(pools.map(createPool));
    const selling = await sellBy(1, cleanup, { databaseUrl, pools, clients, warmUpSeconds, seconds });
    await checkSold(database, pools, selling.reserved);
    return selling;
  };
  try {
    const one = await sold(1);
    const many = await sold(poolCount);
    const ratio = many.perSecond / one.perSecond;
    const line = ({ perSecond, p50, p99 }: Selling) =>
      `${perSecond.toFixed(0)} reservations/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
    const lines = [
      `${poolCount} pools at once: ${line(many)}`,
      `  one pool, as many clients: ${line(one)}; ratio ${ratio.toFixed(2)}`,
    ];
    return { figures: { many, one, ratio }, lines };
  } finally {
    await database.end();
  }
}
