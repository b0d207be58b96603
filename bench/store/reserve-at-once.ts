import { strict as assert } from 'node:assert';
import type { Pool as Database } from 'pg';
import { v7 } from 'uuid';
import { commitOptions, pools, purchases } from '../../activities';
import { inlineProjections } from '../../src/projections';
import { GroupCommit, type SnapshotOptions } from '../../src/store';
import { activitiesOn } from './seller';

/** What a process does with snapshots of pools: as in production, only use what is there, or read every event. */
const aggregates = {
  usual: pools,
  reading: {
    ...pools,
    snapshot: pools.snapshot && {
      ...pools.snapshot,
      every: Number.POSITIVE_INFINITY,
      atRest: Number.POSITIVE_INFINITY,
    },
  },
  without: { ...pools, snapshot: undefined },
};

/** Reserves so many tickets together, through a committer that has nothing in memory. */
export async function reserveAtOnce(options: {
  database: Database;
  pool: string;
  count: number;
  snapshots: keyof typeof aggregates;
  report?: NonNullable<SnapshotOptions['report']>;
}): Promise<void> {
  const { database, pool, count, snapshots, report = () => undefined } = options;
  const committer = new GroupCommit(database, {
    ...commitOptions,
    aggregates: [aggregates[snapshots], purchases],
    inline: inlineProjections,
    snapshots: { report },
  });
  const activities = activitiesOn(database, committer);
  const items = [{ pool, quantity: 1 }];
  const reserve = () => activities.reserve({ purchaseId: v7(), customerId: v7(), items });
  for (const { reserved } of await Promise.all(Array.from({ length: count }, reserve))) assert.ok(reserved);
}
