import { strict as assert } from 'node:assert';
import { setTimeout as delay } from 'node:timers/promises';
import { v7 } from 'uuid';
import { projections, verify, waitForPosition } from '../../src/projections';
import { connect, lastPosition } from '../../src/store';
import { startFollower } from '../../test/projections/programs';
import { summary } from '../measure';
import { openSale } from './sale';
import type { Report, ScenarioOptions } from './scenario';

const goal = { p99Milliseconds: 50 } as const;
const eventsPerSecond = 1_000;
const eventsPerPurchase = 5;
const lookMilliseconds = 1;

/** From the moment a purchase's step is acknowledged to the moment each projection holds it, while 1,000 events a second are appended. */
export async function projectionLag({ databaseUrl, cleanup, seconds, say }: ScenarioOptions): Promise<Report> {
  const database = connect(databaseUrl, () => undefined);
  const follower = await startFollower(databaseUrl);
  cleanup.add(() => follower.end('SIGTERM'));
  const sale = await openSale(database);
  say(`${eventsPerSecond} events a second, followed by ${projections.length} projections in another process…`);
  const waiting = new Map<string, { position: number; since: number }[]>(projections.map(({ name }) => [name, []]));
  const lags = new Map<string, number[]>(projections.map(({ name }) => [name, []]));
  let selling = true;
  const looking = (async () => {
    while (selling || [...waiting.values()].some(({ length }) => length > 0)) {
      const { rows } = await database.query<{ name: string; position: number }>({
        name: 'checkpoints',
        text: 'SELECT name, position::float8 FROM projections',
      });
      const now = performance.now();
      for (const { name, position } of rows) {
        const open = waiting.get(name) ?? [];
        while (open[0] && open[0].position <= position) lags.get(name)?.push(now - (open.shift()?.since ?? now));
      }
      await delay(lookMilliseconds);
    }
  })();
  const acknowledged = async () => {
    const since = performance.now();
    const position = await lastPosition(database);
    for (const open of waiting.values()) open.push({ position, since });
  };
  const began = performance.now();
  const purchases: Promise<void>[] = [];
  const every = (1_000 * eventsPerPurchase) / eventsPerSecond;
  for (let nth = 0; performance.now() - began < seconds * 1_000; nth += 1) {
    purchases.push(sale.buy(v7(), acknowledged));
    await delay(Math.max(0, began + (nth + 1) * every - performance.now()));
  }
  await Promise.all(purchases);
  const took = (performance.now() - began) / 1_000;
  selling = false;
  await looking;
  for (const projection of projections) {
    assert(await waitForPosition(database, projection));
    assert.deepEqual((await verify(database, projection)).shown, []);
  }
  await follower.end('SIGTERM');
  await sale.close();
  const appended = (purchases.length * eventsPerPurchase) / took;
  await database.end();
  const all = summary([...lags.values()].flat(), seconds);
  const each = Object.fromEntries([...lags].map(([name, own]) => [name, summary(own, seconds)]));
  return {
    figures: { eventsPerSecond: appended, all, each, goal },
    lines: [
      `append to projection at ${appended.toFixed(0)} events/s: lag p50 ${all.p50.toFixed(1)} ms, p99 ${all.p99.toFixed(1)} ms (goal p99 under ${goal.p99Milliseconds} ms)`,
      ...Object.entries(each).map(
        ([name, { p50, p99 }]) => `  ${name}: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
      ),
    ],
  };
}
