import type { z } from 'zod';
import { backtestAnswer, priceAnswer, priceCurveAnswer } from '../../api/price-schemas';
import { readStream } from '../../src/store';
import { type Answer, type Call, poolIn, problemIn, purchaseIn } from '../support/api-client';
import { eventually } from '../support/eventually';
import { describeBoxOffice } from './box-office';

const day = 86_400_000;
const euros = (amount: number) => ({ amount, currency: 'EUR' });
const inDays = (days: number) => new Date(Date.now() + days * day).toISOString();
const tiers = [
  { name: 'Early bird', fromDaysBefore: 30, percent: -20 },
  { name: 'Regular' },
  { name: 'Last minute', withinDays: 7, percent: 10 },
];
const demand = { everyPercentSold: 20, percent: 10, maxPercent: 30 };

const answered = <Schema extends z.ZodType>(schema: Schema, answer: Answer): z.output<Schema> => {
  expect([answer.status, answer.body]).toEqual([200, expect.anything()]);
  return schema.parse(answer.body);
};

describeBoxOffice('the price of a pool', (open) => {
  const priceOf = async (name: string, quantity = 1) =>
    answered(priceAnswer, await open().client.call('GET', `/v1/pools/${name}/price?quantity=${quantity}`));

  test('moves with what is sold and with the days left, and explains itself to everybody', async () => {
    const { client } = open();
    const pricing = { tiers, demand, countdown: { startDaysBefore: 50, everyDays: 5, percent: -1, maxPercent: -5 } };
    const pool = await client.createPool({ startsAt: inDays(40.5), pricing });
    expect(pool).toMatchObject({ price: euros(3_960), basePrice: euros(5_000), pricing });
    await client.reserve(pool.name, { quantity: 2 });
    expect(await priceOf(pool.name, 3)).toEqual({
      unit: euros(4_356),
      total: euros(13_068),
      base: euros(5_000),
      factors: [
        { name: 'tier', percent: -20, because: 'Early bird: at least 30 days before the start' },
        { name: 'demand', percent: 10, because: '20 % sold: 1 step of 20 %' },
        { name: 'countdown', percent: -1, because: '1 step of 5 days since 50 days before the start' },
      ],
    });
    expect(await client.pool(pool.name)).toMatchObject({ price: euros(4_356) });
    const { total, items } = await client.reserve(pool.name);
    expect([total, items[0]?.tickets[0]?.price]).toEqual([euros(4_356), euros(4_356)]);
  });

  test('says which bound holds it, and of a flat one that it is its base', async () => {
    const { client } = open();
    const held = await client.createPool({ pricing: { ceiling: 4_000, floor: 1_000 } });
    expect(await priceOf(held.name)).toEqual({
      unit: euros(4_000),
      total: euros(4_000),
      base: euros(5_000),
      factors: [],
      clamped: { to: 'ceiling', amount: 4_000 },
    });
    const flat = await client.createPool();
    expect(await priceOf(flat.name, 2)).toEqual({
      unit: euros(5_000),
      total: euros(10_000),
      base: euros(5_000),
      factors: [],
    });
  });

  test('is explained in the claim, as it was', async () => {
    const { client, stack } = open();
    const { name } = await client.createPool({ pricing: { demand } });
    await client.reserve(name, { quantity: 4 });
    await client.reserve(name);
    const claims = (await readStream(stack.database, `pool-${name}`)).filter(({ type }) => type === 'TicketClaimed');
    expect(claims.map(({ data }) => data)).toMatchObject([
      ...Array(4).fill({ price: euros(5_000), quote: { rule: 2, base: euros(5_000), sharePercent: 0 } }),
      {
        price: euros(6_000),
        quote: {
          rule: 2,
          base: euros(5_000),
          sharePercent: 40,
          factors: [{ name: 'demand', percent: 20, because: '40 % sold: 2 steps of 20 %' }],
        },
      },
    ]);
  });

  test('is drawn as curves over the share sold and over the days left', async () => {
    const { client } = open();
    const { name } = await client.createPool({ startsAt: inDays(90.5), pricing: { tiers, demand } });
    await client.reserve(name, { quantity: 2 });
    const curve = answered(priceCurveAnswer, await client.call('GET', `/v1/pools/${name}/price-curve`));
    expect(curve.currency).toBe('EUR');
    expect(curve.bySharePercent).toHaveLength(101);
    const atShare = (percent: number) => curve.bySharePercent[percent]?.price;
    expect([0, 19, 20, 60, 100].map(atShare)).toEqual([4_000, 4_000, 4_400, 5_200, 5_200]);
    const atDays = (days: number) => curve.byDaysLeft.find((point) => point.days === days)?.price;
    expect([31, 30, 29, 8, 7, 0].map(atDays)).toEqual([4_400, 4_400, 5_500, 5_500, 6_050, 6_050]);
    expect(curve.byDaysLeft).toHaveLength(32);
    const { name: anyTime } = await client.createPool();
    const flat = answered(priceCurveAnswer, await client.call('GET', `/v1/pools/${anyTime}/price-curve`));
    expect([flat.bySharePercent[50], flat.byDaysLeft]).toEqual([{ percent: 50, price: 5_000 }, []]);
    problemIn(await client.call('GET', '/v1/pools/of-nobody/price-curve'), 'not-found', 404);
  });

  test('keeps a claim as it was made, though the pool is repriced before it is paid', async () => {
    const { client } = open();
    const { name } = await client.createPool({ startsAt: inDays(40), pricing: { tiers } });
    const early = await client.reserve(name);
    const repriced = { price: euros(9_000), pricing: { demand } };
    expect(poolIn(await client.steer(name, 'reprice', repriced))).toMatchObject({
      price: euros(9_000),
      basePrice: euros(9_000),
      pricing: { demand },
    });
    const late = await client.reserve(name, { quantity: 2 });
    expect([early.total, late.total]).toEqual([euros(4_000), euros(18_000)]);
    expect(purchaseIn(await client.pay(early.id)).total).toEqual(euros(4_000));
    expect(poolIn(await client.steer(name, 'reprice', { pricing: {} }))).toMatchObject({ price: euros(9_000) });
    expect(purchaseIn(await client.pay(late.id)).total).toEqual(euros(18_000));
    expect((await priceOf(name)).factors).toEqual([]);
  });

  test('is not moved by rules that make no sense', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const wrong: [object, string][] = [
      [{ pricing: { tiers } }, 'pricing'],
      [{ pricing: { demand: { ...demand, everyPercentSold: 0 } } }, 'pricing.demand.everyPercentSold'],
      [{ pricing: { floor: 2, ceiling: 1 } }, 'pricing.ceiling'],
      [{ pricing: { tiers: [{ name: 'Gift', percent: -100 }] } }, 'pricing.tiers.0.percent'],
      [{ pricing: { seasons: [] } }, 'pricing'],
    ];
    for (const [body, path] of wrong) {
      const { errors } = problemIn(await client.steer(name, 'reprice', body), 'validation-failed', 422);
      expect(errors).toEqual([{ path, message: expect.any(String) }]);
    }
    const body = { name: 'no-start', capacity: 1, price: euros(1), pricing: { tiers } };
    const refused = problemIn(
      await client.call('POST', '/v1/pools', { as: 'promoter', body }),
      'validation-failed',
      422,
    );
    expect(refused.errors).toMatchObject([{ path: 'startsAt' }]);
    expect(await client.pool(name)).toMatchObject({ price: euros(5_000) });
  });
});

describeBoxOffice('a backtest of pricing', (open) => {
  const ask = (name: string, body: object, as: Call['as'] = 'promoter') =>
    open().client.call('POST', `/v1/pools/${name}/pricing-backtest`, { as, body });
  const buy = async (name: string, quantity: number) => {
    const { id } = await open().client.reserve(name, { quantity });
    expect(purchaseIn(await open().client.pay(id)).status).toBe('confirmed');
  };

  test('replays what was really sold, and answers the revenue by factor', async () => {
    const { client } = open();
    const { name } = await client.createPool({ startsAt: inDays(3.5), pricing: { demand } });
    await buy(name, 2);
    const { id } = await client.reserve(name, { quantity: 2 });
    await buy(name, 1);
    await client.cancel(id);
    await client.reserve(name, { quantity: 4 });
    const actual = {
      revenue: euros(2 * 5_000 + 6_000),
      byFactor: [
        { name: 'base', amount: 15_000 },
        { name: 'demand', amount: 1_000 },
      ],
    };
    expect(answered(backtestAnswer, await ask(name, { pricing: { demand } }))).toEqual({
      tickets: 3,
      actual,
      backtest: actual,
      difference: euros(0),
    });
    const cheaper = { price: euros(4_001), pricing: { tiers, demand, ceiling: 4_800 } };
    expect(answered(backtestAnswer, await ask(name, cheaper, 'operator'))).toEqual({
      tickets: 3,
      actual,
      backtest: {
        revenue: euros(4_401 + 4_401 + 4_800),
        byFactor: [
          { name: 'base', amount: 12_003 },
          { name: 'tier', amount: 1_200 },
          { name: 'demand', amount: 880 },
          { name: 'ceiling', amount: -481 },
        ],
      },
      difference: euros(13_602 - 16_000),
    });
    await client.steer(name, 'reprice', { price: euros(8_000), pricing: {} });
    expect(answered(backtestAnswer, await ask(name, { pricing: {} }))).toMatchObject({
      actual,
      backtest: { revenue: euros(24_000) },
      difference: euros(8_000),
    });
  });

  test('is for the promoter of the pool, and for pricing that the pool could have', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    expect(answered(backtestAnswer, await ask(name, { pricing: { demand } }))).toMatchObject({
      tickets: 0,
      actual: { revenue: euros(0), byFactor: [] },
      backtest: { revenue: euros(0), byFactor: [] },
    });
    problemIn(await ask(name, { pricing: {} }, 'otherPromoter'), 'forbidden', 403);
    problemIn(await ask(name, { pricing: {} }, 'shop'), 'forbidden', 403);
    problemIn(await ask('of-nobody', { pricing: {} }), 'not-found', 404);
    const wrong: [object, string][] = [
      [{}, 'pricing'],
      [{ pricing: { tiers } }, 'pricing'],
      [{ pricing: {}, price: { amount: 1, currency: 'USD' } }, 'price.currency'],
      [{ pricing: { demand: {} } }, 'pricing.demand.everyPercentSold'],
    ];
    for (const [body, path] of wrong) {
      const { errors } = problemIn(await ask(name, body), 'validation-failed', 422);
      expect(errors).toMatchObject([{ path }, ...(path.includes('demand') ? [{}, {}] : [])]);
    }
  });

  test('is one at a time for each key holder and few in all, while whatever else is asked is served', async () => {
    const { client, stack } = open();
    const { name } = await client.createPool();
    await buy(name, 1);
    const body = { name: `${name}-of-paula`, capacity: 1, price: euros(1) };
    poolIn(await client.call('POST', '/v1/pools', { as: 'otherPromoter', body }), 201);
    const blocker = await stack.database.connect();
    const underWay = async () => {
      const { rows } = await stack.database.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
         AND query LIKE '%FROM streams%'`,
      );
      return rows.length;
    };
    try {
      await blocker.query('BEGIN');
      await blocker.query('LOCK TABLE streams IN ACCESS EXCLUSIVE MODE');
      const first = ask(name, { pricing: {} });
      await eventually(async () => (await underWay()) === 1);
      problemIn(await ask(name, { pricing: {} }), 'too-many-requests', 429);
      const second = ask(name, { pricing: {} }, 'operator');
      await eventually(async () => (await underWay()) === 2);
      const refused = await ask(body.name, { pricing: {} }, 'otherPromoter');
      problemIn(refused, 'unavailable', 503);
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(await client.pool(name)).toMatchObject({ sold: 1 });
      await blocker.query('ROLLBACK');
      for (const answer of [await first, await second]) answered(backtestAnswer, answer);
    } finally {
      await blocker.query('ROLLBACK');
      blocker.release();
    }
    for (const [pool, as] of [
      [name, 'promoter'],
      [body.name, 'otherPromoter'],
    ] as const) {
      answered(backtestAnswer, await ask(pool, { pricing: {} }, as));
    }
  });
});
