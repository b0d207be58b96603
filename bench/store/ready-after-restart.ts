import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import type { Pool as Database } from 'pg';
import { v7 } from 'uuid';
import { pools } from '../../activities';
import { poolStream } from '../../src/domain';
import { connect, readVersions } from '../../src/store';
import { child } from '../stack';
import { writeLongPool } from './long-pool';
import { reserveAtOnce } from './reserve-at-once';
import type { Report, ScenarioOptions } from './scenario';

const goal = { milliseconds: 50 } as const;
const eventsAtMost = 200_000;
/** A look of a few seconds is had at a shorter pool. */
const eventsPerSecond = 40_000;
/** Of this many restarts the middle one counts. */
const restartsAtMost = 5;

/** The first reservation of a new process on a long pool: from a snapshot, from every event, and on a pool just made. */
export async function readyAfterRestart(options: ScenarioOptions): Promise<Report> {
  const { databaseUrl, cleanup, seconds, say } = options;
  const restarts = Math.min(restartsAtMost, Math.ceil(seconds));
  const history = {
    events: Math.min(eventsAtMost, Math.round(seconds * eventsPerSecond)),
    liveClaims: 5_000,
    // So many came after the snapshot: as many as a pool that keeps selling has at the most, most of the time.
    since: pools.snapshot?.every ?? 0,
  };
  const database = connect(databaseUrl, () => undefined);
  cleanup.add(() => database.end());
  const [long, short] = [`long-${v7()}`, `new-${v7()}`];
  say(`a pool with ${history.events} events…`);
  await writeLongPool(database, { pool: long, ...history });
  await writeLongPool(database, { pool: short, events: 1, liveClaims: 0 });
  await database.query('VACUUM ANALYZE events');
  await takeSnapshot(database, long);
  await reserveAtOnce({ database, pool: long, count: history.since, snapshots: 'without' });

  say('new processes reserve on it…');
  const milliseconds: Record<'onNewPool' | 'fromSnapshot' | 'fromEveryEvent', number[]> = {
    onNewPool: [],
    fromSnapshot: [],
    fromEveryEvent: [],
  };
  // By turns, so that what else the machine does falls on all.
  for (let turn = 0; turn < restarts; turn += 1) {
    milliseconds.onNewPool.push(await restart(options, short, 'reading'));
    milliseconds.fromSnapshot.push(await restart(options, long, 'reading'));
    milliseconds.fromEveryEvent.push(await restart(options, long, 'without'));
  }
  const [onNewPool, fromSnapshot, fromEveryEvent] = [
    middle(milliseconds.onNewPool),
    middle(milliseconds.fromSnapshot),
    middle(milliseconds.fromEveryEvent),
  ];

  await expectEvents(database, long, history.events + 1 + history.since + 2 * restarts);
  await expectEvents(database, short, 1 + restarts);
  const ratio = fromEveryEvent / fromSnapshot;
  const figures = { history, fromSnapshot, fromEveryEvent, onNewPool, ratio, goal };
  return {
    figures,
    lines: [
      `first reservation of a new process on a pool with ${history.events} events and ${history.liveClaims} live claims: ` +
        `${fromSnapshot.toFixed(0)} ms from a snapshot and ${history.since} events (goal: under ${goal.milliseconds} ms), ` +
        `${fromEveryEvent.toFixed(0)} ms from every event, ratio ${ratio.toFixed(0)}; ${onNewPool.toFixed(0)} ms on a new pool`,
    ],
  };
}

const middle = (measured: number[]) => measured.sort((one, other) => one - other)[Math.floor(measured.length / 2)] ?? 0;

/** A new process with its connections, and nothing in memory. */
async function restart(
  { cleanup, databaseUrl }: ScenarioOptions,
  pool: string,
  snapshots: 'reading' | 'without',
): Promise<number> {
  const loader = ['--require', require.resolve('tsx/cjs')];
  const args = [...loader, require.resolve('./first-reservation'), databaseUrl, pool, snapshots];
  const restarted = child(cleanup, process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(restarted, 'exit');
  const [milliseconds] = await Promise.race([once(restarted, 'message'), ended]);
  await ended;
  assert.ok(typeof milliseconds === 'number' && milliseconds > 0, 'a new process could not reserve');
  return milliseconds;
}

function takeSnapshot(database: Database, pool: string): Promise<void> {
  return new Promise((resolve, reject) => {
    reserveAtOnce({
      database,
      pool,
      count: 1,
      snapshots: 'usual',
      report: (taken) => ('error' in taken ? reject(taken.error) : resolve()),
    }).catch(reject);
  });
}

async function expectEvents(database: Database, pool: string, count: number): Promise<void> {
  const stream = poolStream(pool);
  assert.equal((await readVersions(database, [stream])).get(stream), count);
}
