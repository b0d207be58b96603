import { array, assert, integer, property } from 'fast-check';
import { evolvePool, nextRelease, type Pool, type PoolEvent, readPool, writePool } from '../../src/domain';
import { bought, claimed, poolCreated } from '../support/domain-events';
import { testSeed } from '../support/random';
import { scenarios } from '../support/scenario';
import { eventsOf, scripts } from './pool-script';

const { stateAfter } = scenarios(evolvePool);
const fold = (events: readonly PoolEvent[]) => stateAfter(...events) as Pool;
const written = (pool: Pool) => [...writePool(pool)].join('');
const comparable = ({ claims, holdEnds, holders, seats, customers, ...rest }: Pool) => ({
  ...rest,
  holders: new Map(holders),
  nextRelease: nextRelease({ holdEnds }),
  claims: new Map(claims),
  seats: seats?.statuses(),
  customers: customers && new Map(customers),
});

describe('a snapshot of a pool', () => {
  it(`goes on as the pool itself would, wherever it was taken (seed ${testSeed()})`, () => {
    assert(
      property(scripts, array(integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 3 }), (script, cuts) => {
        const events = eventsOf(script);
        const whole = fold(events);
        for (const cut of cuts) {
          const taken = 1 + Math.floor((cut * (events.length - 1)) / 100);
          const restored = events
            .slice(taken)
            .reduce<Pool>(evolvePool, readPool(written(fold(events.slice(0, taken)))));
          expect(comparable(restored)).toEqual(comparable(whole));
        }
      }),
      { seed: testSeed(), numRuns: 300 },
    );
  });

  it('holds many claims, each at its own price, and is written in pieces', () => {
    const prices = [5_000, 6_500, 4_000].map((amount) => ({ amount, currency: 'EUR' }));
    const claims = Array.from({ length: 3_000 }, (_, nth) =>
      claimed(`p-${Math.floor(nth / 2)}`, `t-${nth}`, prices[nth % prices.length]),
    );
    const pool = fold([poolCreated({ capacity: 5_000 }), ...claims]);
    expect([...writePool(pool)].length).toBeGreaterThan(3);
    expect(comparable(readPool(written(pool)))).toEqual(comparable(pool));
  });

  it('knows many customers, and is written in pieces', () => {
    const named = (nth: number) => ({ customerId: `customer-${nth}` });
    const claims = Array.from({ length: 3_000 }, (_, nth) =>
      claimed(`p-${nth}`, `t-${nth}`, undefined, undefined, named(nth % 2_000)),
    );
    const sales = claims.map((_, nth) => bought(`p-${nth}`, `t-${nth}`));
    const pool = fold([poolCreated({ capacity: 5_000, maxPerCustomer: 4 }), ...claims, ...sales]);
    const pieces = [...writePool(pool)];
    expect(pieces.length).toBeGreaterThan(4);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(written(pool).length / 3);
    expect(comparable(readPool(written(pool)))).toEqual(comparable(pool));
  });

  const limited = fold([
    poolCreated({ maxPerCustomer: 4 }),
    claimed('p', 't1', undefined, undefined, { customerId: 'alice' }),
    claimed('q', 't2', undefined, undefined, { customerId: 'bob' }),
  ]);
  it.each<[string, (text: string) => string]>([
    ['with a customer who is none', (text) => text.replace('["alice",', '[1,')],
    ['with a customer twice', (text) => text.replace('["alice",', '["bob",')],
    ['with no number of tickets', (text) => text.replace('["alice",1]', '["alice",0]')],
    ['without its customers', (text) => text.replace(/,"customers":\[.*\]\]/, '')],
    ['without a list of customers', (text) => text.replace(/"customers":\[.*\]\]/, '"customers":{}')],
  ])('of a pool that limits each customer is refused %s', (_, spoil) => {
    const text = written(limited);
    expect(readPool(text).customers?.get('alice')).toBe(1);
    expect(spoil(text)).not.toBe(text);
    expect(() => readPool(spoil(text))).toThrow();
  });

  const sold = fold([poolCreated(), claimed('p', 't1'), claimed('q', 't2')]);
  it.each<[string, (text: string) => string]>([
    ['cut short', (text) => text.slice(0, -1)],
    ['empty', () => ''],
    ['of another kind', () => '[]'],
    ['with a setting it does not know', (text) => text.replace('"opened"', '"rowdy":true,"opened"')],
    ['with a setting missing', (text) => text.replace('"capacity":10,', '')],
    ['with a claim too few', (text) => text.replace('["q","t2",0]', '["q"]')],
    ['with a price that is not listed', (text) => text.replace('"t2",0', '"t2",7')],
    ['with a ticket that is none', (text) => text.replace('"t2",0', '3,0')],
    ['with a purchase that is none', (text) => text.replace('["q",', '[null,')],
    ['with a purchase twice', (text) => text.replace('["q",', '["p",')],
    ['without a list of claims', (text) => text.replace(/"claims":\[.*\],"prices"/, '"claims":{},"prices"')],
  ])('is refused %s', (_, spoil) => {
    const text = written(sold);
    expect(readPool(text).claimed).toBe(2);
    expect(spoil(text)).not.toBe(text);
    expect(() => readPool(spoil(text))).toThrow();
  });
});
