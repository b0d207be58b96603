import { array, assert, integer, property, record } from 'fast-check';
import {
  type PoolEvent,
  type Priced,
  type Pricing,
  PricingBacktest,
  type Quote,
  quote,
  type Takings,
} from '../../src/domain';
import { bought, claimed, euros, poolCreated, released } from '../support/domain-events';
import { testSeed } from '../support/random';
import { pricings } from './any-pricing';

const start = Date.parse('2026-06-01T19:00:00.000Z');
const startsAt = new Date(start).toISOString();
const day = 86_400_000;
const daysBefore = (days: number) => new Date(start - days * day);
const demand = { everyPercentSold: 20, percent: 10, maxPercent: 50 };
const rounded = { tiers: [{ name: 'Odd', percent: 33.33 }], demand, ceiling: 7_000 };

type Past = [event: PoolEvent, recorded: Date];

function backtest(history: readonly Past[], other: { price?: Priced['price']; pricing: Pricing }) {
  const test = new PricingBacktest({ capacity: 10, startsAt }, { price: euros(50), ...other });
  for (const [event, recorded] of history) test.take(event, recorded);
  return test.result();
}

const total = ({ byFactor }: Takings) => byFactor.reduce((sum, { amount }) => sum + amount, 0);

describe('a backtest', () => {
  const flat: Past[] = [
    [poolCreated({ startsAt }), daysBefore(50)],
    [claimed('p', 't1'), daysBefore(40)],
    [claimed('p', 't2'), daysBefore(40)],
    [claimed('q', 't3'), daysBefore(10)],
    [released('q', 't3'), daysBefore(9)],
    [bought('p', 't1'), daysBefore(9)],
    [bought('p', 't2'), daysBefore(9)],
    [claimed('r', 't4'), daysBefore(3)],
    [bought('r', 't4'), daysBefore(3)],
    [claimed('s', 't5'), daysBefore(2)],
  ];

  it('sells what was bought again at the moment of its claim, with as many gone as then', () => {
    const tiers = [{ name: 'Early bird', fromDaysBefore: 30, percent: -20 }, { name: 'Regular' }];
    expect(backtest(flat, { pricing: { tiers, demand } })).toEqual({
      tickets: 3,
      actual: { revenue: 15_000, byFactor: [{ name: 'base', amount: 15_000 }] },
      backtest: {
        revenue: 4_000 + 4_000 + 5_500,
        byFactor: [
          { name: 'base', amount: 15_000 },
          { name: 'tier', amount: -2_000 },
          { name: 'demand', amount: 500 },
        ],
      },
    });
  });

  it('takes another base, and parts that add up to the last cent', () => {
    const { actual, backtest: other } = backtest(flat, { price: euros(49.99), pricing: rounded });
    expect(actual.revenue).toBe(15_000);
    expect(other.revenue).toBe(6_665 + 6_665 + 7_000);
    expect(total(other)).toBe(other.revenue);
    expect(other.byFactor.map(({ name }) => name)).toEqual(['base', 'tier', 'demand', 'ceiling']);
  });

  it('prices the tickets of one purchase together, and those of the next purchase after them', () => {
    const four: Past[] = ['t1', 't2', 't3', 't4'].map((ticket) => [
      claimed(ticket < 't3' ? 'p' : 'q', ticket),
      daysBefore(5),
    ]);
    const sold: Past[] = four.map(([{ data }]) => [
      bought('purchaseId' in data ? data.purchaseId : '', 'ticketId' in data ? data.ticketId : ''),
      daysBefore(4),
    ]);
    expect(backtest([...four, ...sold], { pricing: { demand } }).backtest.revenue).toBe(2 * 5_000 + 2 * 5_500);
  });

  it('leaves the past as it was where the pool was repriced', () => {
    const explained: Quote = {
      rule: 2,
      base: euros(80),
      sharePercent: 0,
      factors: [{ name: 'demand', percent: 25, because: 'it is in demand' }],
      clamped: { to: 'ceiling', amount: 9_000 },
    };
    const history: Past[] = [
      [poolCreated({ startsAt }), daysBefore(9)],
      [claimed('p', 't1'), daysBefore(8)],
      [{ type: 'PoolRepriced', data: { price: euros(80) } }, daysBefore(7)],
      [claimed('q', 't2', euros(90), explained), daysBefore(6)],
      [bought('p', 't1'), daysBefore(5)],
      [bought('q', 't2', euros(90)), daysBefore(5)],
    ];
    expect(backtest(history, { pricing: {} })).toEqual({
      tickets: 2,
      actual: {
        revenue: 14_000,
        byFactor: [
          { name: 'base', amount: 13_000 },
          { name: 'demand', amount: 2_000 },
          { name: 'ceiling', amount: -1_000 },
        ],
      },
      backtest: { revenue: 10_000, byFactor: [{ name: 'base', amount: 10_000 }] },
    });
  });

  it('goes by the day on which a claim was decided, not by that on which it was written', () => {
    const tiers = [{ name: 'Late', withinDays: 7, percent: 10 }];
    const revenue = (daysLeft: number, writtenLater: number) => {
      const explained: Quote = { rule: 1, sharePercent: 0, daysLeft, factors: [] };
      const written = new Date(start - 7 * day + writtenLater);
      const history: Past[] = [
        [claimed('p', 't1', euros(50), explained), written],
        [bought('p', 't1'), daysBefore(1)],
      ];
      return backtest(history, { pricing: { tiers } }).backtest.revenue;
    };
    expect([revenue(7, 40), revenue(6, -40), revenue(7, -40), revenue(6, 40)]).toEqual([5_000, 5_500, 5_000, 5_500]);
  });

  it('of a pool that sold nothing is nothing', () => {
    const nothing = { revenue: 0, byFactor: [] };
    const none = { tickets: 0, actual: nothing, backtest: nothing };
    expect(backtest([[poolCreated(), daysBefore(9)]], { pricing: { demand } })).toEqual(none);
  });
});

const sales = array(
  record({
    quantity: integer({ min: 1, max: 4 }),
    minutesLater: integer({ min: 0, max: 5 * 1_440 }),
    writtenAfter: integer({ min: 0, max: 3_600_000 }),
    ending: integer({ min: 0, max: 3 }),
  }),
  { maxLength: 40 },
);

it(`a backtest under the pricing that a pool has is what it took in (seed ${testSeed()})`, () => {
  assert(
    property(sales, pricings, pricings, integer({ min: 1, max: 20_000 }), (script, pricing, other, amount) => {
      const pool = { price: { amount, currency: 'EUR' }, pricing, capacity: 100, claimed: 0, sold: 0, startsAt };
      const same = new PricingBacktest(pool, pool);
      const under = new PricingBacktest(pool, { ...pool, pricing: other });
      // Never a whole number of days, whose millisecond belongs to two tiers.
      let now = start - 70 * day + 1;
      let revenue = 0;
      let otherRevenue = 0;
      let tickets = 0;
      script.forEach(({ quantity, minutesLater, writtenAfter, ending }, nth) => {
        now += minutesLater * 60_000;
        if (pool.claimed + pool.sold + quantity > pool.capacity) return;
        const { unit, quote: explained } = quote(pool, new Date(now));
        const { unit: otherUnit } = quote({ ...pool, pricing: other }, new Date(now));
        const take = (event: PoolEvent) => {
          for (const each of [same, under]) each.take(event, new Date(now + writtenAfter));
        };
        const ids = Array.from({ length: quantity }, (_, index) => `ticket-${nth}-${index}`);
        for (const id of ids) take(claimed(`purchase-${nth}`, id, unit, explained));
        if (ending === 0) {
          pool.claimed += quantity;
        } else if (ending === 1) {
          for (const id of ids) take(released(`purchase-${nth}`, id));
        } else {
          for (const id of ids) take(bought(`purchase-${nth}`, id, unit));
          pool.sold += quantity;
          tickets += quantity;
          revenue += unit.amount * quantity;
          otherRevenue += otherUnit.amount * quantity;
        }
      });
      const result = same.result();
      expect(result).toEqual({ tickets, actual: result.actual, backtest: result.actual });
      expect([result.actual.revenue, total(result.actual)]).toEqual([revenue, revenue]);
      const { actual, backtest: replayed } = under.result();
      expect(actual).toEqual(result.actual);
      expect([replayed.revenue, total(replayed)]).toEqual([otherRevenue, otherRevenue]);
    }),
    { seed: testSeed(), numRuns: 500 },
  );
});
