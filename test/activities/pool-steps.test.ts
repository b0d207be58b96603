import { z } from 'zod';
import { type PoolStep, steerInputs } from '../../activities';
import type { PoolSettings } from '../../src/domain';
import { poolNamed } from '../../src/projections';
import { readStream } from '../../src/store';
import { type Ledger, onSale, openBoxOffice, paid, poolOfBefore, purchaseOf, stepOf } from '../support/box-office';
import { euros, poolSettings } from '../support/domain-events';
import { oneTo } from '../support/event-store';

describe('steering a pool', () => {
  let boxOffice: Awaited<ReturnType<typeof openBoxOffice>>;
  let ledger: Ledger;
  beforeAll(async () => {
    boxOffice = await openBoxOffice();
  });
  beforeEach(() => {
    ledger = boxOffice.another();
  });
  afterAll(() => boxOffice.close());

  const steer = (pool: string, stepId: string, step: PoolStep) => ledger.activities.steerPool({ pool, stepId, step });
  const stop = (input: unknown): PoolStep => ({ name: 'stopSales', input });
  const typesOf = async (pool: string) =>
    (await readStream(ledger.database, `pool-${pool}`)).map(({ type }) => type).slice(1);
  const reservedOf = async (pool: string) => {
    const purchase = purchaseOf(pool);
    expect(await ledger.activities.reserve(purchase)).toMatchObject({ reserved: true });
    return purchase;
  };

  it('makes a pool once, however often the same step is run', async () => {
    const settings = poolSettings({ name: 'made-once', opensAt: '2026-03-02T09:00:00Z' });
    const made = { status: 'done', poolStatus: 'scheduled' };
    expect(await ledger.activities.createPool(settings)).toEqual(made);
    expect(await boxOffice.another().activities.createPool(settings)).toEqual(made);
    expect(await ledger.activities.createPool({ ...settings, capacity: 11 })).toEqual({
      status: 'refused',
      refusal: { slug: 'pool-name-taken', pool: 'made-once' },
    });
    expect(await poolNamed(ledger.database, 'made-once')).toMatchObject({ capacity: 10 });
  });

  it.each<[string, Partial<PoolSettings>]>([
    ['more tickets than seats', { capacity: 11, rows: [{ row: 'A', first: 1, last: 10 }] }],
    ['fewer tickets than seats', { capacity: 9, rows: [{ row: 'A', first: 1, last: 10 }] }],
    ['rows that are none', { rows: [{ row: 'A', first: 10, last: 1 }] }],
    ['no capacity', { capacity: 0 }],
    ['a hold that ends before it begins', { holdSeconds: -5 }],
    ['a hold longer than an hour', { holdSeconds: 3_601 }],
    ['more tickets for a purchase than any may have', { maxPerPurchase: 100_000 }],
    ['no tickets for a customer', { maxPerCustomer: 0 }],
    ['a price of nothing', { price: euros(0) }],
    ['a currency that never was', { price: { amount: 1, currency: 'ZZZ' } }],
    ['a currency that is gone', { price: { amount: 1, currency: 'HRK' } }],
    ['a title of nothing', { title: ' ' }],
    ['a sale that goes on after the start', { startsAt: '2026-06-01T18:00:00Z', closesAt: '2026-06-01T18:00:01Z' }],
    ['a sale that is over before it opens', { opensAt: '2026-06-01T18:00:00Z', closesAt: '2026-06-01T18:00:00Z' }],
    ['a setting that there is not', { colour: 'red' } as object],
    ['a pricing by days to a start that is not named', { pricing: { tiers: [{ name: 'late', withinDays: 7 }] } }],
  ])('makes no pool of %s', async (_, changes) => {
    const name = 'made-by-hand';
    await expect(ledger.activities.createPool(poolSettings({ name, ...changes }))).rejects.toThrow(z.ZodError);
    expect(await readStream(ledger.database, `pool-${name}`)).toEqual([]);
  });

  it.each<[string, Partial<PoolSettings>]>([
    ['the name of a section', { name: 'spring-gala--floor' }],
    ['the name of a section, for a show that there is not', { name: 'spring-gala--floor', show: 'spring-gala' }],
    ['a name of its own, for a show', { name: 'floor', show: 'spring-gala' }],
  ])('makes no pool under %s', async (_, changes) => {
    const settings = poolSettings(changes);
    expect(await ledger.activities.createPool(settings)).toMatchObject({
      status: 'refused',
      refusal: { slug: 'not-found' },
    });
    expect(await readStream(ledger.database, `pool-${settings.name}`)).toEqual([]);
  });

  it('finds a pool again that an earlier release made of settings that are refused today', async () => {
    const changes = { price: { amount: 5_000, currency: 'HRK' }, holdSeconds: 7_200 };
    const name = await poolOfBefore(ledger.database, changes);
    expect(await ledger.activities.createPool(poolSettings({ name, ...changes }))).toMatchObject({ status: 'done' });
    expect(await ledger.activities.reserve(purchaseOf(name))).toMatchObject({ reserved: true });
    const price = { amount: 6_000, currency: 'HRK' };
    expect(await steer(name, 'reprice', { name: 'reprice', input: { price } })).toMatchObject({ status: 'done' });
    expect(await poolNamed(ledger.database, name)).toMatchObject({ price, claimed: 1 });
  });

  it('makes a pool that is started by hand with what the API would add', async () => {
    const byHand = { name: 'by-hand', promoter: 'pat', capacity: 3, price: euros(5), startsAt: '2026-06-01T18:00:00Z' };
    expect(await ledger.activities.createPool(byHand as PoolSettings)).toEqual({
      status: 'done',
      poolStatus: 'on-sale',
      closesAt: '2026-06-01T18:00:00.000Z',
    });
    expect(await poolNamed(ledger.database, 'by-hand')).toMatchObject({
      title: 'by-hand',
      maxPerPurchase: 4,
      holdSeconds: 300,
      closesAt: '2026-06-01T18:00:00.000Z',
    });
  });

  it('gives the same step the same result, and writes it once', async () => {
    const pool = await onSale(ledger);
    const result = { status: 'done', poolStatus: 'stopped', releaseHolds: { reason: 'rain' } };
    for (const { activities } of [ledger, ledger, boxOffice.another()]) {
      expect(await activities.steerPool({ pool, stepId: '1', step: stop({ reason: 'rain' }) })).toEqual(result);
    }
    expect(await typesOf(pool)).toEqual(['SalesStopped']);
  });

  describe('that was done before, though the pool has gone on since', () => {
    const signals: [stepId: string, step: PoolStep][] = [
      ['arrived-chain-1', stop({ reason: 'rain' })],
      ['arrived-chain-2', stop({ reason: 'rain' })],
      ['arrived-chain-3', { name: 'withhold', input: { quantity: 2 } }],
      ['arrived-chain-4', { name: 'resumeSales', input: undefined }],
      ['arrived-chain-5', { name: 'reprice', input: { price: euros(60) } }],
      ['arrived-chain-6', { name: 'giveBack', input: { quantity: 20 } }],
    ];
    const bring = (pool: string, by: Ledger) =>
      by.activities.steerPoolInOrder({ pool, steps: signals.map(([stepId, step]) => ({ stepId, step })) });

    it('changes nothing when it comes again, in another process and also where it had changed nothing', async () => {
      const pool = await onSale(ledger);
      const first = await bring(pool, ledger);
      expect(first.map(({ status }) => status)).toEqual(['done', 'done', 'done', 'done', 'done', 'refused']);
      const events = await typesOf(pool);
      expect(events).toEqual(['SalesStopped', 'TicketsWithheld', 'SalesResumed', 'PoolRepriced']);
      const again = await bring(pool, boxOffice.another());
      expect(again.map(({ status }) => status)).toEqual(first.map(({ status }) => status));
      expect(again[0]).toEqual({ status: 'done', poolStatus: 'on-sale' });
      expect(await typesOf(pool)).toEqual(events);
    });

    it('changes nothing where its first outcome was lost with its process', async () => {
      const pool = await onSale(ledger);
      await bring(pool, ledger);
      const events = await typesOf(pool);
      await ledger.database.query('DELETE FROM step_outcomes WHERE step LIKE $1', [`pool-${pool}/%`]);
      const [stepId, step] = ['arrived-chain-3', { name: 'withhold', input: { quantity: 2 } }] as const;
      expect(await steer(pool, stepId, step)).toMatchObject({ status: 'done' });
      expect(await typesOf(pool)).toEqual(events);
    });

    it('is another step where it says something else, or comes in another chain of runs', async () => {
      const pool = await onSale(ledger);
      await steer(pool, 'arrived-chain-1', stop({ reason: 'rain' }));
      await steer(pool, 'arrived-chain-1', { name: 'resumeSales', input: undefined });
      await steer(pool, 'arrived-other-1', stop({ reason: 'rain' }));
      expect(await typesOf(pool)).toEqual(['SalesStopped', 'SalesResumed', 'SalesStopped']);
    });
  });

  it('asks to give holds back by a stop that does not say otherwise, and by a cancellation', async () => {
    const pool = await onSale(ledger);
    const released = { releaseHolds: { reason: 'rain' } };
    expect(await steer(pool, '1', stop({ reason: ' rain ' }))).toMatchObject(released);
    expect(await steer(pool, '2', stop({ reason: 'rain', holds: 'honour' }))).not.toHaveProperty('releaseHolds');
    expect(await steer(pool, '3', { name: 'cancelSales', input: { reason: 'rain' } })).toMatchObject(released);
    expect(await typesOf(pool)).toEqual(['SalesStopped', 'SalesStopped', 'PoolCancelled']);
  });

  it('understands everything that the contract allows', async () => {
    const pool = await onSale(ledger, { opensAt: '2026-03-02T09:00:00Z' });
    const steps: PoolStep[] = [
      { name: 'openSales' },
      stop({ reason: 'rain', holds: 'release', requestId: 'r-1' }),
      { name: 'resumeSales', input: undefined },
      stop({ reason: 'rain' }),
      { name: 'resumeSales', input: null },
      stop({ reason: 'rain' }),
      { name: 'resumeSales', input: {} },
      { name: 'reprice', input: { price: euros(60), requestId: 'r-2' } },
      { name: 'closeSales' },
      { name: 'cancelSales', input: { reason: 'x'.repeat(500) } },
    ];
    for (const [nth, step] of steps.entries()) {
      expect(await steer(pool, `${nth}`, step)).toMatchObject({ status: 'done' });
    }
    expect(await typesOf(pool)).toHaveLength(steps.length);
  });

  it.each<PoolStep>([
    stop(undefined),
    stop(null),
    stop('rain'),
    stop([]),
    stop({}),
    stop({ reason: '   ' }),
    stop({ reason: 7 }),
    stop({ reason: 'x'.repeat(501) }),
    stop({ reason: 'ra\u0000in' }),
    stop({ reason: 'ra\ud800in' }),
    stop({ reason: 'rain', holds: 'keep' }),
    stop({ reason: 'rain', hold: 'honour' }),
    { name: 'resumeSales', input: 'now' },
    { name: 'resumeSales', input: { reason: 'sun' } },
    { name: 'reprice', input: undefined },
    { name: 'reprice', input: {} },
    { name: 'reprice', input: { price: 60 } },
    { name: 'reprice', input: { price: { amount: 0, currency: 'EUR' } } },
    { name: 'reprice', input: { price: { amount: -1, currency: 'EUR' } } },
    { name: 'reprice', input: { price: { amount: 0.5, currency: 'EUR' } } },
    { name: 'reprice', input: { price: { amount: '60', currency: 'EUR' } } },
    { name: 'reprice', input: { price: { amount: 60, currency: 'eur' } } },
    { name: 'withhold', input: {} },
    { name: 'withhold', input: { seats: 'A-1' } },
    { name: 'giveBack', input: { quantity: 1, seats: ['A-1'] } },
    { name: 'giveBack', input: { quantity: 1, reason: 'rain' } },
    { name: 'cancelSales', input: {} },
  ])('does not understand %j, and changes nothing', async (step) => {
    const pool = await onSale(ledger);
    const outcome = await steer(pool, '1', step);
    expect(outcome).toEqual({ status: 'invalid', because: expect.any(String) });
    expect(await typesOf(pool)).toEqual([]);
  });

  it('says what was wrong', async () => {
    const pool = await onSale(ledger);
    const outcome = await steer(pool, '1', stop({ reason: '', holds: 'keep' }));
    expect(outcome).toMatchObject({ because: expect.stringMatching(/reason[\s\S]*holds/) });
    for (const name of ['withhold', 'giveBack'] as const) {
      const neither = await steer(pool, `2-${name}`, { name, input: { quantity: 0.5 } });
      expect(neither).toMatchObject({ because: expect.stringMatching(/\{quantity\}.*\{seats\}/) });
    }
    expect(Object.keys(steerInputs).sort()).toEqual([
      'cancelSales',
      'giveBack',
      'refresh',
      'reprice',
      'resumeSales',
      'stopSales',
      'withhold',
    ]);
  });

  it('hands refusals on as outcomes', async () => {
    const pool = await onSale(ledger);
    const dollars = { name: 'reprice' as const, input: { price: { amount: 1, currency: 'USD' } } };
    expect(await steer(pool, '1', dollars)).toMatchObject({ status: 'refused', refusal: { slug: 'wrong-currency' } });
    expect(await steer('nowhere', '1', stop({ reason: 'rain' }))).toMatchObject({
      status: 'refused',
      refusal: { slug: 'not-found' },
    });
    expect(await readStream(ledger.database, 'pool-nowhere')).toEqual([]);
  });

  it('tells exactly the purchases that hold tickets now, where their holds are to end', async () => {
    const pool = await onSale(ledger, { capacity: 100 });
    const open = await Promise.all(oneTo(60).map(() => reservedOf(pool)));
    const [bought, givenBack] = [await reservedOf(pool), await reservedOf(pool)];
    await reservedOf(await onSale(ledger));
    expect(await paid(ledger, bought)).toMatchObject({ confirmed: true });
    await ledger.activities.release({ ...stepOf(givenBack), ending: { kind: 'expired' } });
    // A sale that goes on, or was stopped so that its holds may pay, has nobody to tell.
    expect(await ledger.activities.endOpenPurchases({ pool, reason: 'rain' })).toBe(0);
    await steer(pool, 'honoured', stop({ reason: 'rain', holds: 'honour' }));
    expect(await ledger.activities.endOpenPurchases({ pool, reason: 'rain' })).toBe(0);
    await steer(pool, 'released', stop({ reason: 'rain' }));
    expect(await ledger.activities.endOpenPurchases({ pool, reason: 'rain' })).toBe(open.length);
    const byId = (one: { purchaseId: string }, other: { purchaseId: string }) =>
      one.purchaseId < other.purchaseId ? -1 : 1;
    const expected = open.map(({ purchaseId }) => ({ purchaseId, reason: 'rain' }));
    expect(ledger.told.sort(byId)).toEqual(expected.sort(byId));
  });

  it('has nobody to tell where nothing is held', async () => {
    expect(await ledger.activities.endOpenPurchases({ pool: await onSale(ledger), reason: 'rain' })).toBe(0);
    expect(ledger.told).toEqual([]);
  });
});
