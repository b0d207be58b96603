import { setTimeout as pause } from 'node:timers/promises';
import type { Pool as Database } from 'pg';
import { v7 } from 'uuid';
import { type Seller, seller } from './seller';

/** Reserves tickets of one pool, and knows how many. */
export class SteadySeller {
  reserved = 0;

  private constructor(
    private readonly seller: Seller,
    readonly pool: string,
  ) {}

  static async open(database: Database): Promise<SteadySeller> {
    const pool = `bench-${v7()}`;
    const one = seller(database);
    await one.createPool(pool);
    return new SteadySeller(one, pool);
  }

  async reserve(): Promise<void> {
    await this.seller.reserve(this.pool);
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
