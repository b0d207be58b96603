import { strict as assert } from 'node:assert';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool as Database } from 'pg';
import { v7 } from 'uuid';
import { openSale, type Sale } from './sale';

/** Reserves tickets of one pool, and knows how many. */
export class Seller {
  reserved = 0;

  private constructor(private readonly sale: Sale) {}

  static async open(database: Database): Promise<Seller> {
    return new Seller(await openSale(database));
  }

  get pool(): string {
    return this.sale.pool;
  }

  async reserve(): Promise<void> {
    const { pool, activities } = this.sale;
    const outcome = await activities.reserve({
      purchaseId: v7(),
      customerId: 'bench',
      items: [{ pool, quantity: 1 }],
    });
    assert(outcome.reserved);
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
