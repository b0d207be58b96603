import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { connect } from '../../src/store';
import { closedLoop } from '../measure';
import { seller } from './seller';
import type { Sale, Sold } from './selling';

/** A process that sells like a worker: it is told what, and tells how it went. */
async function main(): Promise<void> {
  const [sale] = (await once(process, 'message')) as [Sale];
  const { databaseUrl, pools, clients, warmUpSeconds, seconds } = sale;
  const database = connect(databaseUrl, () => undefined);
  const sold: Sold = { reserved: 0, milliseconds: [], batches: 0, conflicts: 0, locked: 0 };
  const { reserve } = seller(database, ({ conflict, locked }) => {
    sold.batches += 1;
    if (conflict) sold.conflicts += 1;
    if (locked) sold.locked += 1;
  });
  let next = 0;
  sold.milliseconds = await closedLoop({
    clients,
    warmUpSeconds,
    seconds,
    act: async () => {
      const pool = pools[next++ % pools.length];
      assert(pool !== undefined);
      const began = performance.now();
      await reserve(pool);
      sold.reserved += 1;
      return performance.now() - began;
    },
  });
  await database.end();
  // The process ends when the other side, having heard this, lets go of it.
  process.send?.(sold);
}

void main();
