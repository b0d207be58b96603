import { assert, integer, oneof, property, record } from 'fast-check';
import { type Priced, priceParts, type Quote, quote } from '../../src/domain';
import { testSeed } from '../support/random';
import { bounds, countdowns, pricings } from './any-pricing';

const start = Date.parse('2026-06-01T19:00:00.000Z');
const startsAt = new Date(start).toISOString();
const runs = { seed: testSeed(), numRuns: 2_000 };

const pools = record({
  amount: oneof(integer({ min: 1, max: 1_000_000 }), integer({ min: 1, max: 50 })),
  capacity: integer({ min: 1, max: 1_000 }),
  taken: integer({ min: 0, max: 1_000 }),
}).map(
  ({ amount, capacity, taken }): Priced => ({
    price: { amount, currency: 'EUR' },
    capacity,
    claimed: 0,
    sold: Math.min(taken, capacity),
    startsAt,
  }),
);
const instants = integer({ min: -70 * 86_400_000, max: 86_400_000 }).map((sinceStart) => new Date(start + sinceStart));

/** The price as its explanation has it, by fractions of whole numbers and no line of the code that prices. */
function recomputed(unit: Quote['base'], { base = unit, factors, clamped }: Quote): number | undefined {
  if (clamped) return clamped.amount;
  if (!base) return undefined;
  const cents = factors.reduce(
    (so, { percent: each }) => so * BigInt(Math.round((100 + each) * 100)),
    BigInt(base.amount),
  );
  const unitOfAll = 10_000n ** BigInt(factors.length);
  const rest = cents % unitOfAll;
  return Number(cents / unitOfAll) + (rest * 2n >= unitOfAll ? 1 : 0);
}

describe(`any pricing (seed ${testSeed()})`, () => {
  it('never sells below its floor, above its ceiling, or for nothing', () => {
    assert(
      property(pools, pricings, instants, (pool, pricing, now) => {
        const { floor = 1, ceiling = Number.POSITIVE_INFINITY } = pricing;
        const { amount } = quote({ ...pool, pricing }, now).unit;
        const isFlat = Object.values(pricing).every((part) => part === undefined);
        expect(Number.isSafeInteger(amount)).toBe(true);
        expect(isFlat || (amount >= floor && amount <= ceiling)).toBe(true);
        expect(amount).toBeGreaterThanOrEqual(1);
      }),
      runs,
    );
  });

  it('explains its price to the last cent', () => {
    assert(
      property(pools, pricings, instants, (pool, pricing, now) => {
        const { unit, quote: explained } = quote({ ...pool, pricing }, now);
        expect(recomputed(unit, explained)).toBe(unit.amount);
        const product = recomputed(unit, { ...explained, clamped: undefined }) ?? 0;
        const { floor = 1, ceiling = Number.POSITIVE_INFINITY } = pricing;
        expect(Math.min(Math.max(product, floor), ceiling)).toBe(unit.amount);
        expect(explained.clamped !== undefined).toBe(product !== unit.amount);
        const set = [pricing.tiers?.length && 'tier', pricing.demand && 'demand', pricing.countdown && 'countdown'];
        expect(explained.factors.map(({ name }) => name)).toEqual(set.filter((name) => name));
      }),
      runs,
    );
  });

  it('comes apart into parts that add up to its price', () => {
    assert(
      property(pools, pricings, instants, (pool, pricing, now) => {
        const { unit, quote: explained } = quote({ ...pool, pricing }, now);
        const parts = priceParts(unit, explained);
        expect(parts.reduce((total, { amount }) => total + amount, 0)).toBe(unit.amount);
        expect(parts[0]).toEqual({ name: 'base', amount: pool.price.amount });
      }),
      runs,
    );
  });

  it('never falls as more is sold', () => {
    assert(
      property(pools, pricings, instants, integer({ min: 0, max: 100 }), (pool, pricing, now, more) => {
        const sold = Math.min(pool.capacity, pool.sold + more);
        const before = quote({ ...pool, pricing }, now).unit.amount;
        expect(quote({ ...pool, pricing, sold }, now).unit.amount).toBeGreaterThanOrEqual(before);
      }),
      runs,
    );
  });

  it('never rises with time where a countdown alone moves it', () => {
    assert(
      property(pools, countdowns, bounds, instants, instants, (pool, falling, { floor, ceiling }, one, other) => {
        const [earlier, later] = one < other ? [one, other] : [other, one];
        const pricing = { countdown: falling, floor, ceiling };
        const before = quote({ ...pool, pricing }, earlier).unit.amount;
        expect(quote({ ...pool, pricing }, later).unit.amount).toBeLessThanOrEqual(before);
      }),
      runs,
    );
  });
});
