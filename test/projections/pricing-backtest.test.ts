import type { Money } from '../../src/domain';
import { backtestPage, backtestPricing } from '../../src/projections';
import { type Ledger, onSale, openBoxOffice, paid, purchaseOf, stepOf } from '../support/box-office';
import { euros } from '../support/domain-events';
import { oneTo } from '../support/event-store';

const startsAt = '2026-03-31T20:00:00.000Z';
const demand = { everyPercentSold: 2, percent: 1.5, maxPercent: 60 };
const tiers = [
  { name: 'Early bird', fromDaysBefore: 20, percent: -33.33 },
  { name: 'Regular' },
  { name: 'Last minute', withinDays: 3, percent: 10 },
];
const own = { price: euros(49.99), pricing: { demand, tiers, ceiling: 6_500 } };

describe('the backtest of a pool in the store', () => {
  let boxOffice: Awaited<ReturnType<typeof openBoxOffice>>;
  let ledger: Ledger;
  beforeAll(async () => {
    boxOffice = await openBoxOffice();
    ledger = boxOffice.another();
  });
  afterAll(() => boxOffice.close());

  /** Sells fours over the days of March, every fifth of them given back; gives what was paid. */
  async function sold(pool: string, purchases: number): Promise<number> {
    const amounts = await Promise.all(
      oneTo(purchases).map(async (nth) => {
        ledger.clock.now = new Date(Date.UTC(2026, 2, 1 + (nth % 30), 12));
        const purchase = purchaseOf({ [pool]: 4 });
        const reserved = await ledger.activities.reserve(purchase);
        if (!reserved.reserved) throw new Error(reserved.refusal.slug);
        if (nth % 5 > 0) {
          expect(await paid(ledger, purchase)).toMatchObject({ confirmed: true });
          return reserved.total.amount;
        }
        await ledger.activities.release({ ...stepOf(purchase), ending: { kind: 'expired' } });
        return 0;
      }),
    );
    return amounts.reduce((total, amount) => total + amount, 0);
  }
  const total = (byFactor: readonly { amount: number }[]) => byFactor.reduce((sum, { amount }) => sum + amount, 0);
  const backtest = (name: string, other: { price: Money; pricing: object }) =>
    backtestPricing(ledger.database, { name, capacity: 1_000, startsAt }, other);

  it('replays a past of many pages, and under its own pricing comes to what was paid', async () => {
    const pool = await onSale(ledger, { capacity: 1_000, startsAt, ...own });
    const revenue = await sold(pool, 200);
    expect(200 * 8).toBeGreaterThan(2 * backtestPage);
    const result = await backtest(pool, own);
    expect(result).toEqual({ tickets: 640, actual: result.actual, backtest: result.actual });
    expect([result.actual.revenue, total(result.actual.byFactor)]).toEqual([revenue, revenue]);
    expect(result.actual.byFactor.map(({ name }) => name)).toEqual(['base', 'tier', 'demand', 'ceiling']);

    const flat = await backtest(pool, { price: euros(50), pricing: {} });
    expect(flat.backtest).toEqual({ revenue: 640 * 5_000, byFactor: [{ name: 'base', amount: 640 * 5_000 }] });
    expect(flat.actual).toEqual(result.actual);
  });

  it('leaves what was paid before a reprice as it was', async () => {
    const pool = await onSale(ledger, { capacity: 1_000, startsAt, ...own });
    const before = await sold(pool, 20);
    const input = { price: euros(80), pricing: {} };
    await ledger.activities.steerPool({ pool, stepId: 'signal-1', step: { name: 'reprice', input } });
    const after = await sold(pool, 20);
    expect(after).toBe(64 * 8_000);
    const { tickets, actual, backtest: replayed } = await backtest(pool, { price: euros(80), pricing: {} });
    expect([tickets, actual.revenue, total(actual.byFactor)]).toEqual([128, before + after, before + after]);
    expect(replayed.revenue).toBe(128 * 8_000);
  });

  it('of a pool that nobody made is nothing', async () => {
    const nothing = { revenue: 0, byFactor: [] };
    expect(await backtest('of-nobody', own)).toEqual({ tickets: 0, actual: nothing, backtest: nothing });
  });
});
