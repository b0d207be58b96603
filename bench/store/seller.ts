import { strict as assert } from 'node:assert';
import type { Pool as Database } from 'pg';
import { v7 } from 'uuid';
import { commitOptions, createActivities } from '../../activities';
import { PaymentSimulator } from '../../src/payments';
import { inlineProjections } from '../../src/projections';
import { type BatchReport, GroupCommit } from '../../src/store';

export const capacity = 1_000_000;

/** What one worker process does to the store, without Temporal. */
export interface Seller {
  createPool(name: string): Promise<void>;
  /** One ticket of the pool for a purchase of its own; resolves when that is committed. */
  reserve(pool: string): Promise<void>;
}

export function seller(database: Database, report?: (report: BatchReport) => void): Seller {
  const committer = new GroupCommit(database, {
    ...commitOptions,
    inline: inlineProjections,
    ...(report && { report }),
  });
  const activities = createActivities({
    committer,
    provider: new PaymentSimulator(database),
    tellSaleStopped: async () => undefined,
    progress: () => undefined,
    isRetry: () => false,
    now: () => new Date(),
  });
  return {
    createPool: async (name) => {
      const price = { amount: 5_000, currency: 'EUR' };
      const sale = { name, title: name, promoter: 'bench', capacity, price, maxPerPurchase: 4, holdSeconds: 300 };
      assert.equal((await activities.createPool(sale)).status, 'done');
    },
    reserve: async (pool) => {
      const items = [{ pool, quantity: 1 }];
      const outcome = await activities.reserve({ purchaseId: v7(), customerId: 'bench', items });
      assert(outcome.reserved);
    },
  };
}
