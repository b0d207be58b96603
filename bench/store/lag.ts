import { strict as assert } from 'node:assert';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool as Database } from 'pg';
import { v7 } from 'uuid';
import { projections, verify, waitForPosition } from '../../src/projections';
import { connect } from '../../src/store';
import { startFollower } from '../../test/projections/programs';
import { summary } from '../measure';
import type { Report, ScenarioOptions } from './scenario';
import { seller } from './seller';

const goal = { p99Milliseconds: 50 } as const;
const eventsPerSecond = 1_000;
const eventsPerPurchase = 5;
const lookMilliseconds = 2;
const warmUpSeconds = 3;

/** When each look saw the last event for the first time, and when each projection held it. */
class Watch {
  readonly lags = new Map<string, number[]>(projections.map(({ name }) => [name, []]));
  private readonly open = new Map<string, { position: number; since: number }[]>(
    projections.map(({ name }) => [name, []]),
  );
  private last = 0;

  constructor(private readonly database: Database) {}

  /** What was seen until now does not count. */
  forget(): void {
    for (const own of this.lags.values()) own.length = 0;
  }

  get isOver(): boolean {
    return [...this.open.values()].every(({ length }) => length === 0);
  }

  async look(): Promise<void> {
    const { rows } = await this.database.query<{ name: string; position: number; last: number }>({
      name: 'watch-projections',
      text: `SELECT name, position::float8, (SELECT coalesce(max(position), 0) FROM events)::float8 AS last FROM projections`,
    });
    const now = performance.now();
    const last = Math.max(...rows.map((row) => row.last));
    for (const { name, position } of rows) {
      const open = this.open.get(name) ?? [];
      if (last > this.last) open.push({ position: last, since: now });
      while (open[0] && open[0].position <= position) this.lags.get(name)?.push(now - (open.shift()?.since ?? now));
    }
    this.last = last;
  }
}

/** From the look that sees a new event to the one that finds it in each projection, while 1,000 events a second are appended. */
export async function projectionLag({ databaseUrl, cleanup, seconds, say }: ScenarioOptions): Promise<Report> {
  const database = connect(databaseUrl, () => undefined);
  const follower = await startFollower(databaseUrl);
  cleanup.add(() => follower.end('SIGTERM'));
  const pool = `bench-${v7()}`;
  const { createPool, buy } = seller(database);
  await createPool(pool);
  say(`${eventsPerSecond} events a second, followed by ${projections.length} projections in another process…`);
  const watch = new Watch(database);
  let selling = true;
  const watching = (async () => {
    for (; selling || !watch.isOver; await delay(lookMilliseconds)) await watch.look();
  })();
  const sell = async (forSeconds: number): Promise<number> => {
    const began = performance.now();
    const purchases: Promise<void>[] = [];
    for (let nth = 0; performance.now() - began < forSeconds * 1_000; nth += 1) {
      purchases.push(buy(pool));
      await delay(Math.max(0, began + ((nth + 1) * 1_000 * eventsPerPurchase) / eventsPerSecond - performance.now()));
    }
    await Promise.all(purchases);
    return (purchases.length * eventsPerPurchase * 1_000) / (performance.now() - began);
  };
  await sell(warmUpSeconds);
  watch.forget();
  const appended = await sell(seconds);
  selling = false;
  await watching;
  for (const projection of projections) {
    assert(await waitForPosition(database, projection));
    assert.deepEqual((await verify(database, projection)).shown, []);
  }
  await follower.end('SIGTERM');
  await database.end();
  const all = summary([...watch.lags.values()].flat(), seconds);
  const each = Object.fromEntries([...watch.lags].map(([name, own]) => [name, summary(own, seconds)]));
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
