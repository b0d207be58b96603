import { strict as assert } from 'node:assert';
import { projections, rebuild, verify } from '../../src/projections';
import { connect, HighWaterMark } from '../../src/store';
import type { Report, ScenarioOptions } from './scenario';
import { eventsPerSale, sellTickets } from './sold-tickets';

const goal = { perSecond: 50_000 } as const;
const pools = 20;
const salesPerSecond = 5_000;
const salesAtMost = 60_000;

interface Speed {
  projection: string;
  /** Events of the whole store, which all have to be passed, a second. */
  perSecond: number;
  rows: number;
}

/** How fast each projection is built anew from a store full of sales; what it says afterwards is verified. */
export async function rebuildSpeed({ databaseUrl, seconds, say }: ScenarioOptions): Promise<Report> {
  const database = connect(databaseUrl, () => undefined);
  const mark = new HighWaterMark(database, { onCommit: () => () => undefined }, () => undefined);
  try {
    const sales = Math.min(salesAtMost, Math.round(salesPerSecond * seconds));
    say(`writing ${sales * eventsPerSale} events…`);
    await sellTickets(database, { sales, pools });
    await database.query('VACUUM (ANALYZE) events');
    mark.start();
    const speeds: Speed[] = [];
    for (const projection of projections) {
      say(`rebuilding ${projection.name}…`);
      const { position, milliseconds } = await rebuild(database, mark, projection);
      const { rows, shown } = await verify(database, projection);
      assert.deepEqual(shown, []);
      if (projection.name === 'purchases') assert.equal(rows, sales);
      speeds.push({ projection: projection.name, perSecond: (position / milliseconds) * 1000, rows });
    }
    const lines = speeds.map(({ projection, perSecond, rows }) => {
      const ratio = (perSecond / goal.perSecond).toFixed(2);
      return `rebuild of ${projection}: ${perSecond.toFixed(0)} events/s (${ratio} of the goal, ${goal.perSecond}), ${rows} rows`;
    });
    return { figures: { events: sales * eventsPerSale, speeds, goal }, lines };
  } finally {
    await mark.stop();
    await database.end();
  }
}
