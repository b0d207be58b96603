import { setTimeout as pause } from 'node:timers/promises';
import type { Pool as Database } from 'pg';
import { v7 } from 'uuid';
import { commitOptions, createActivities } from '../../activities';
import { PaymentSimulator } from '../../src/payments';
import { inlineProjections } from '../../src/projections';
import { GroupCommit } from '../../src/store';

const capacity = 1_000_000;

/** A pool, and reservations of it by group commit, without Temporal. */
export class Seller {
  readonly name = `bench-${v7()}`;
  readonly capacity = capacity;
  reserved = 0;
  private readonly activities;

  constructor(database: Database) {
    this.activities = createActivities({
      committer: new GroupCommit(database, { ...commitOptions, inline: inlineProjections }),
      provider: new PaymentSimulator(database),
      tellSaleStopped: async () => undefined,
      progress: () => undefined,
      isRetry: () => false,
      now: () => new Date(),
    });
  }

  async open(): Promise<void> {
    const price = { amount: 5_000, currency: 'EUR' };
    const { name } = this;
    await this.activities.createPool({
      name,
      title: name,
      promoter: 'bench',
      capacity,
      price,
      maxPerPurchase: 4,
      holdSeconds: 300,
    });
  }

  async reserve(): Promise<void> {
    const items = [{ pool: this.name, quantity: 1 }];
    const outcome = await this.activities.reserve({ purchaseId: v7(), customerId: 'bench', items });
    if (!outcome.reserved) throw new Error('a pool that is never sold out refused');
    this.reserved += 1;
  }

  /** One reservation in so many milliseconds, until `stop` is called; that gives how many there were. */
  sellSteadily(everyMilliseconds: number): { stop(): Promise<number> } {
    let selling = true;
    const before = this.reserved;
    const sale = (async () => {
      while (selling) await Promise.all([this.reserve(), pause(everyMilliseconds)]);
    })();
    return {
      stop: async () => {
        selling = false;
        await sale;
        return this.reserved - before;
      },
    };
  }
}
