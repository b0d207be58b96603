import { v7 } from 'uuid';
import { connect } from '../../src/store';
import type { ScenarioOptions } from './scenario';
import { seller } from './seller';
import { type Selling, sellBy } from './selling';
import { checkSold } from './sold';

const processes = 3;
const clients = 240;
const warmUpSeconds = 2;
const goal = { ratio: 1 } as const;

/** Worker processes that all sell one pool, beside a single one with as many clients in all. */
export async function threeProcesses({ databaseUrl, cleanup, seconds, say }: ScenarioOptions): Promise<{
  figures: { one: Selling; three: Selling; ratio: number; goal: typeof goal };
  lines: string[];
}> {
  const database = connect(databaseUrl, () => undefined);
  const soldBy = async (count: number): Promise<Selling> => {
    say(`one pool, ${count === 1 ? 'one process' : `${count} processes`}, ${clients} clients…`);
    const pool = `bench-${v7()}`;
    await seller(database).createPool(pool);
    const sale = { databaseUrl, pools: [pool], clients: clients / count, warmUpSeconds, seconds };
    const selling = await sellBy(count, cleanup, sale);
    await checkSold(database, [pool], selling.reserved);
    return selling;
  };
  try {
    const one = await soldBy(1);
    const three = await soldBy(processes);
    const ratio = three.perSecond / one.perSecond;
    const line = ({ perSecond, p50, p99 }: Selling) =>
      `${perSecond.toFixed(0)} reservations/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
    const lines = [
      `one pool by ${processes} processes: ${line(three)}, ${three.conflicts} conflicts`,
      `  by one process, as many clients: ${line(one)}; ratio ${ratio.toFixed(2)} (goal ${goal.ratio})`,
    ];
    return { figures: { one, three, ratio, goal }, lines };
  } finally {
    await database.end();
  }
}
