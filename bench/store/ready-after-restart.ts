import { strict as assert } from 'node:assert';
import type { Pool as Database } from 'pg';
import { v7 } from 'uuid';
import { commitOptions, createActivities, pools, purchases } from '../../activities';
import { poolStream } from '../../src/domain';
import { PaymentSimulator } from '../../src/payments';
import { inlineProjections } from '../../src/projections';
import { connect, GroupCommit, readVersions, type SnapshotOptions } from '../../src/store';
import type { Cleanup } from '../stack';
import { writeLongPool } from './long-pool';

const goal = { milliseconds: 50 } as const;
/** `since` events came after the snapshot: as many as a pool that keeps selling may have. */
const history = { events: 200_000, liveClaims: 5_000, since: 1_000 } as const;
/** Of this many restarts the middle one counts. */
const restarts = { with: 9, without: 3 } as const;

const withoutSnapshots = { ...pools, snapshot: undefined };
/** Reads snapshots and takes none, so that every restart finds the same one. */
const readingSnapshots = {
  ...pools,
  snapshot: pools.snapshot && { ...pools.snapshot, every: Number.POSITIVE_INFINITY, atRest: Number.POSITIVE_INFINITY },
};

/** How long until a pool's first reservation after a restart is committed, in milliseconds. */
export interface ReadyFigures {
  history: typeof history;
  withSnapshot: number;
  withoutSnapshot: number;
  ratio: number;
  goal: typeof goal;
}

interface Options {
  databaseUrl: string;
  cleanup: Cleanup;
  say(line: string): void;
}

/** The first reservation of a new process on a long pool, from a snapshot and from every event. */
export async function readyAfterRestart(options: Options): Promise<{ figures: ReadyFigures; lines: string[] }> {
  const { databaseUrl, cleanup, say } = options;
  const database = connect(databaseUrl, () => undefined);
  cleanup.add(() => database.end());
  const pool = `long-${v7()}`;
  say(`a pool with ${history.events} events…`);
  await writeLongPool(database, { pool, ...history });
  await database.query('VACUUM ANALYZE events');
  await takeSnapshot(database, pool);
  await reserve(database, withoutSnapshots, pool, history.since);

  const measured = async (aggregate: typeof pools, times: number) => {
    const milliseconds: number[] = [];
    while (milliseconds.length < times) milliseconds.push(await restart(databaseUrl, aggregate, pool));
    return milliseconds.sort((one, other) => one - other)[Math.floor(times / 2)] ?? 0;
  };
  say(`${restarts.with} restarts with a snapshot…`);
  const withSnapshot = await measured(readingSnapshots, restarts.with);
  say(`${restarts.without} restarts without…`);
  const withoutSnapshot = await measured(withoutSnapshots, restarts.without);

  const stream = poolStream(pool);
  const reserved = 1 + history.since + restarts.with + restarts.without;
  assert.equal((await readVersions(database, [stream])).get(stream), history.events + reserved);
  const ratio = withoutSnapshot / withSnapshot;
  return {
    figures: { history, withSnapshot, withoutSnapshot, ratio, goal },
    lines: [
      `a pool with ${history.events} events and ${history.liveClaims} live claims, first reservation after a restart: ` +
        `${withSnapshot.toFixed(0)} ms from a snapshot and ${history.since} events (goal: under ${goal.milliseconds} ms), ` +
        `${withoutSnapshot.toFixed(0)} ms from every event; ratio ${ratio.toFixed(0)}`,
    ],
  };
}

/** The first reservation of a process that has its connections, and nothing in memory. */
async function restart(databaseUrl: string, aggregate: typeof pools, pool: string): Promise<number> {
  const database = connect(databaseUrl, () => undefined);
  try {
    await database.query('SELECT 1');
    const began = performance.now();
    await reserve(database, aggregate, pool, 1);
    return performance.now() - began;
  } finally {
    await database.end();
  }
}

async function takeSnapshot(database: Database, pool: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const snapshots: SnapshotOptions = {
      report: (taken) => ('error' in taken ? reject(taken.error) : resolve()),
    };
    reserve(database, pools, pool, 1, snapshots).catch(reject);
  });
}

async function reserve(
  database: Database,
  aggregate: typeof pools,
  pool: string,
  count: number,
  snapshots?: SnapshotOptions,
): Promise<void> {
  const aggregates = [aggregate, purchases];
  const committer = new GroupCommit(database, {
    ...commitOptions,
    aggregates,
    inline: inlineProjections,
    ...(snapshots && { snapshots }),
  });
  const { reserve: reserveTickets } = createActivities({
    committer,
    provider: new PaymentSimulator(database),
    tellSaleStopped: async () => undefined,
    progress: () => undefined,
    isRetry: () => false,
    now: () => new Date(),
  });
  await Promise.all(
    Array.from({ length: count }, async () => {
      const { reserved } = await reserveTickets({
        purchaseId: v7(),
        customerId: 'bench',
        items: [{ pool, quantity: 1 }],
      });
      assert.ok(reserved);
    }),
  );
  await committer.idle();
}
