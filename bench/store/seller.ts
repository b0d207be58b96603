import { strict as assert } from 'node:assert';
import type { Pool as Database } from 'pg';
import { v7 } from 'uuid';
import { type Activities, commitOptions, createActivities, noPoolWorkflows } from '../../activities';
import { PaymentSimulator } from '../../src/payments';
import { inlineProjections } from '../../src/projections';
import { type BatchReport, GroupCommit, StepOutcomes } from '../../src/store';

export const capacity = 1_000_000;

/** What one worker process does to the store, without Temporal. */
export interface Seller {
  createPool(name: string): Promise<void>;
  /** One ticket of the pool for a purchase of its own; resolves when that is committed. */
  reserve(pool: string): Promise<void>;
  /** Reserves one ticket, starts its payment and confirms it: three appends, five events. */
  buy(pool: string): Promise<void>;
}

/** The activities of one process, without Temporal. */
export function activitiesOn(database: Database, committer: GroupCommit): Activities {
  return createActivities({
    committer,
    outcomes: new StepOutcomes(database),
    provider: new PaymentSimulator(database),
    tellSaleStopped: async () => undefined,
    poolWorkflows: noPoolWorkflows,
    progress: () => undefined,
    isRetry: () => false,
    now: () => new Date(),
  });
}

export function seller(database: Database, report?: (report: BatchReport) => void): Seller {
  const committer = new GroupCommit(database, {
    ...commitOptions,
    inline: inlineProjections,
    ...(report && { report }),
  });
  const activities = activitiesOn(database, committer);
  const reserve = async (pool: string): Promise<string> => {
    const purchaseId = v7();
    const { reserved } = await activities.reserve({
      purchaseId,
      customerId: purchaseId,
      items: [{ pool, quantity: 1 }],
    });
    assert(reserved);
    return purchaseId;
  };
  return {
    createPool: async (name) => {
      const price = { amount: 5_000, currency: 'EUR' };
      const sale = { name, title: name, promoter: 'bench', capacity, price, maxPerPurchase: 4, holdSeconds: 300 };
      assert.equal((await activities.createPool(sale)).status, 'done');
    },
    reserve: async (pool) => {
      await reserve(pool);
    },
    buy: async (pool) => {
      const purchaseId = await reserve(pool);
      const paymentId = v7();
      const payment = { purchaseId, pools: [pool], paymentId };
      const { status } = await activities.startPayment({ ...payment, method: 'creditCard' });
      assert.equal(status, 'started');
      const { confirmed } = await activities.confirm(payment);
      assert(confirmed);
    },
  };
}
