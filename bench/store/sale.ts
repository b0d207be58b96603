import { strict as assert } from 'node:assert';
import type { Pool as Database } from 'pg';
import { v7 } from 'uuid';
import { type Activities, commitOptions, createActivities } from '../../activities';
import { PaymentSimulator } from '../../src/payments';
import { inlineProjections } from '../../src/projections';
import { GroupCommit } from '../../src/store';

export interface Sale {
  pool: string;
  activities: Activities;
  committer: GroupCommit;
  /** Reserves one ticket, starts its payment and confirms it; `acknowledged` is called after each step. */
  buy(purchaseId: string, acknowledged: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** The activities of one process, without Temporal. */
export function activitiesOn(database: Database, committer: GroupCommit): Activities {
  return createActivities({
    committer,
    provider: new PaymentSimulator(database),
    tellSaleStopped: async () => undefined,
    progress: () => undefined,
    isRetry: () => false,
    now: () => new Date(),
  });
}

/** A pool of a million tickets on sale, steered by one process. */
export async function openSale(database: Database, capacity = 1_000_000): Promise<Sale> {
  const committer = new GroupCommit(database, { ...commitOptions, inline: inlineProjections });
  const activities = activitiesOn(database, committer);
  const pool = `bench-${v7()}`;
  const price = { amount: 5_000, currency: 'EUR' };
  const settings = { name: pool, title: pool, promoter: 'bench', capacity, price, maxPerPurchase: 4, holdSeconds: 300 };
  assert.equal((await activities.createPool(settings)).status, 'done');
  return {
    pool,
    activities,
    committer,
    async buy(purchaseId, acknowledged) {
      const paymentId = v7();
      const { reserved } = await activities.reserve({
        purchaseId,
        customerId: 'bench',
        items: [{ pool, quantity: 1 }],
      });
      assert(reserved);
      await acknowledged();
      await activities.startPayment({ purchaseId, paymentId, method: 'creditCard' });
      await acknowledged();
      const { confirmed } = await activities.confirm({ purchaseId, pools: [pool], paymentId });
      assert(confirmed);
      await acknowledged();
    },
    close: () => committer.idle(),
  };
}
