import { LRUCache } from 'lru-cache';
import type { Pool as Database } from 'pg';
import {
  type CartView,
  cartsById,
  type PoolView,
  type PurchaseView,
  poolsNamed,
  purchasesById,
  seatsOfPools,
} from '../src/projections';
import { presentPool } from './present';
import { SeatsReading } from './seats-reading';
import { SharedReads } from './shared-reads';

export const readLimits = {
  /** Carts whose state is remembered, so that one that many rounds of its live view read is not folded anew each time. */
  knownCarts: 5_000,
  /** Seats, of all pools together, whose JSON is remembered, so that a hall is not written anew each time it is read. */
  knownSeats: 500_000,
} as const;

/** A pool, and the JSON of it as the contract has it, made once for all who read it at the same time. */
export interface PoolReading {
  pool: PoolView;
  json: string;
}

/** What requests read one by one and the database answers together. */
export interface Reads {
  pools: SharedReads<PoolReading>;
  /** Of pools whose seats are numbered. */
  seats: SharedReads<SeatsReading>;
  purchases: SharedReads<PurchaseView>;
  carts: SharedReads<CartView>;
}

export function createReads(database: Database, now: () => Date): Reads {
  const known = new LRUCache<string, CartView>({ max: readLimits.knownCarts });
  const seatsKnown = new LRUCache<string, SeatsReading>({
    maxSize: readLimits.knownSeats,
    sizeCalculation: ({ seats }) => seats,
  });
  return {
    pools: new SharedReads(async (names) => {
      const pools = await poolsNamed(database, names);
      return new Map(pools.map((pool) => [pool.name, { pool, json: JSON.stringify(presentPool(pool, now())) }]));
    }),
    seats: new SharedReads(async (names) => {
      const seats = await seatsOfPools(database, names);
      const readings = seats.map((each) => SeatsReading.of(each, seatsKnown.get(each.pool)));
      for (const reading of readings) seatsKnown.set(reading.pool, reading);
      return new Map(readings.map((reading) => [reading.pool, reading]));
    }),
    purchases: new SharedReads(async (ids) => {
      const purchases = await purchasesById(database, ids);
      return new Map(purchases.map((purchase) => [purchase.id, purchase]));
    }),
    carts: new SharedReads(async (ids) => {
      const carts = await cartsById(database, ids, known);
      for (const cart of carts) known.set(cart.id, cart);
      return new Map(carts.map((cart) => [cart.id, cart]));
    }),
  };
}
