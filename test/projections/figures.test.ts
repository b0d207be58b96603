import { randomUUID } from 'node:crypto';
import { array, constantFrom, dictionary, integer, oneof, record, sample } from 'fast-check';
import type { Ending, PoolSettings } from '../../src/domain';
import { figuresOfPools, figuresOfShow, poolsNamed, waitForFigures } from '../../src/projections';
import { type Ledger, openBoxOffice, paid, poolOfBefore, purchaseOf, stepOf } from '../support/box-office';
import { euros } from '../support/domain-events';
import { followed } from '../support/followed';
import { testSeed } from '../support/random';
import { foldSale, type SaleEvent } from '../support/sale-fold';

const show = 'night';
const sections = ['night--stalls', 'night--circle', 'night--gods'];
/** Named like a section, and none. */
const others = ['night--bar', 'alone'];
const pools = [...sections, ...others];

const ends = ['confirmed', 'confirmed', 'expired', 'cancelled', 'payment-failed', 'refunded', 'open'] as const;
const purchase = record({
  do: constantFrom('buy' as const),
  wanted: dictionary(constantFrom(...pools), integer({ min: 1, max: 4 }), { minKeys: 1, maxKeys: 3 }),
  end: constantFrom(...ends),
});
const steering = record({
  do: constantFrom('withhold' as const, 'giveBack' as const, 'reprice' as const),
  pool: constantFrom(...pools),
  number: integer({ min: 1, max: 6 }),
});
const step = oneof({ arbitrary: purchase, weight: 5 }, { arbitrary: steering, weight: 1 });
type Step = typeof step extends { generate(...args: never[]): { value: infer Value } } ? Value : never;
const sale = array(step, { minLength: 60, maxLength: 60 });

/** Each thing that can happen, at least once. */
const beginning: readonly Step[] = [
  { do: 'withhold', pool: 'night--gods', number: 6 },
  ...[...new Set(ends)].map((end) => ({
    do: 'buy' as const,
    wanted: { 'night--stalls': 1, 'night--gods': 2, alone: 1 },
    end,
  })),
];

describe(`the figures of a sale (seed ${testSeed()})`, () => {
  let boxOffice: Awaited<ReturnType<typeof openBoxOffice>>;
  let ledger: Ledger;
  let events: SaleEvent[];

  async function open(name: string, changes: Partial<PoolSettings>): Promise<void> {
    // The pools of a show are made by the show; here there is none.
    await poolOfBefore(ledger.database, { name, capacity: 60, ...changes });
    await ledger.activities.steerPool({ pool: name, stepId: 'open', step: { name: 'openSales' } });
  }

  async function buy({ wanted, end }: Extract<Step, { do: 'buy' }>): Promise<void> {
    const request = purchaseOf(wanted);
    const reserved = await ledger.activities.reserve(request);
    if (!reserved.reserved || end === 'open') return;
    const paymentId = randomUUID();
    if (end === 'confirmed') {
      expect(await paid(ledger, request, paymentId)).toMatchObject({ confirmed: true });
      return;
    }
    const kind = end === 'refunded' ? 'expired' : end;
    const ending: Ending = kind === 'expired' ? { kind } : { kind, reason: 'for a reason' };
    await ledger.activities.release({ ...stepOf(request), ending });
    if (end === 'refunded') {
      await ledger.activities.recordRefund({ purchaseId: request.purchaseId, paymentId, amount: reserved.total });
    }
  }

  async function steer({ do: name, pool, number }: Exclude<Step, { do: 'buy' }>): Promise<void> {
    const input = name === 'reprice' ? { price: euros(number * 11.11) } : { quantity: number };
    await ledger.activities.steerPool({ pool, stepId: randomUUID(), step: { name, input } });
  }

  beforeAll(async () => {
    boxOffice = await openBoxOffice();
    ledger = boxOffice.another();
    for (const name of sections) await open(name, { show });
    for (const name of others) await open(name, {});
    const [steps = []] = sample(sale, { seed: testSeed(), numRuns: 1 });
    for (const taken of [...beginning, ...steps]) await (taken.do === 'buy' ? buy(taken) : steer(taken));
    await ledger.database.query('ALTER TABLE events DISABLE TRIGGER events_are_immutable');
    // Weeks pass in the sale; what was appended together stays together.
    await ledger.database.query(
      `UPDATE events e SET recorded_at = '2026-06-01T00:00:00Z'::timestamptz + t.place * interval '3 hours'
       FROM (SELECT position, dense_rank() OVER (ORDER BY recorded_at) AS place FROM events) t WHERE t.position = e.position`,
    );
    await followed(ledger.database);
    const stored = await ledger.database.query<SaleEvent>(
      'SELECT stream, type, data, recorded_at AS created FROM events ORDER BY position',
    );
    events = stored.rows;
  });
  afterAll(() => boxOffice.close());

  it('is of a sale that has everything', () => {
    const { conversion, days } = foldSale(events, pools);
    expect(Object.values(conversion).map(({ purchases }) => purchases > 0)).toEqual(Array(6).fill(true));
    expect(days.length).toBeGreaterThan(1);
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['TicketsWithheld', 'PaymentRefunded']));
  });

  it.each(pools)('are for %s what its events come to', async (pool) => {
    await waitForFigures(ledger.database);
    const { days, conversion, revenue, sold, ...counts } = foldSale(events, [pool]);
    const figures = (await figuresOfPools(ledger.database, pools))(pool);
    const { open: _, ...ended } = conversion;
    expect(figures.conversion).toEqual(ended);
    expect(figures.revenue).toEqual({ revenue, tickets: sold });
    expect(figures.days).toEqual(days);
    expect(await poolsNamed(ledger.database, [pool])).toMatchObject([{ ...counts, sold }]);
  });

  it('are for a show what the events of its sections come to, a purchase over several of them counted once', async () => {
    const { days, conversion, revenue, sold } = foldSale(events, sections);
    const { total, section } = await figuresOfShow(ledger.database, show, sections);
    const { open: _, ...ended } = conversion;
    expect(total).toEqual({ revenue: { revenue, tickets: sold }, days, conversion: ended });
    expect(section('night--gods')).toEqual((await figuresOfPools(ledger.database, ['night--gods']))('night--gods'));
    const purchases = sections.map((name) => foldSale(events, [name]).conversion.reserved.purchases);
    expect(total.conversion.reserved.purchases).toBeLessThan(purchases.reduce((sum, count) => sum + count));
  });

  it('are nothing for a pool that nobody has bought of', async () => {
    const none = { purchases: 0, tickets: 0 };
    expect((await figuresOfPools(ledger.database, ['nowhere']))('nowhere')).toEqual({
      revenue: { revenue: 0, tickets: 0 },
      days: [],
      conversion: { reserved: none, confirmed: none, expired: none, cancelled: none, failed: none },
    });
  });
});
