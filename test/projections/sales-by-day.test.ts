import { randomUUID } from 'node:crypto';
import { salesOfPool } from '../../src/projections';
import { type Ledger, onSale, openBoxOffice, paid, purchaseOf, stepOf } from '../support/box-office';
import { euros } from '../support/domain-events';
import { oneTo } from '../support/event-store';
import { followed } from '../support/followed';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

describe('the sales of a pool by day', () => {
  let boxOffice: Awaited<ReturnType<typeof openBoxOffice>>;
  let ledger: Ledger;
  beforeAll(async () => {
    boxOffice = await openBoxOffice();
    ledger = boxOffice.another();
  });
  afterAll(() => boxOffice.close());

  const buy = async (wanted: Record<string, number>, by = ledger) => {
    const purchase = purchaseOf(wanted);
    await by.activities.reserve(purchase);
    expect(await paid(by, purchase, purchase.purchaseId)).toMatchObject({ confirmed: true });
    return purchase;
  };
  const sales = async (pool: string) => {
    await followed(ledger.database);
    return Object.values(await salesOfPool(ledger.database, pool));
  };
  const noRefunds = { refunded: 0, refunds: 0 };
  const today = () => new Date().toISOString().slice(0, 10);

  /** A day must not end between a sale and its check. */
  beforeEach(async () => {
    const left = DAY_MS - (Date.now() % DAY_MS);
    if (left < MINUTE_MS / 4) await new Promise((resolve) => setTimeout(resolve, left));
  });

  it('are those of confirmed purchases, on the UTC day of their confirmation', async () => {
    const pool = await onSale(ledger);
    await buy({ [pool]: 2 });
    await buy({ [pool]: 1 });
    await ledger.activities.reserve(purchaseOf(pool));
    const released = purchaseOf(pool);
    await ledger.activities.reserve(released);
    await ledger.activities.release({ ...stepOf(released), ending: { kind: 'expired' } });
    expect(await sales(pool)).toEqual([{ total: 15_000, count: 2, tickets: 3, ...noRefunds }]);
    expect(Object.keys(await salesOfPool(ledger.database, pool))).toEqual([today()]);
  });

  it('are kept by UTC day whatever the time zone of the connection', async () => {
    const pool = await onSale(ledger);
    const name = new URL(boxOffice.url).pathname.slice(1);
    let abroad = ledger;
    for (const zone of ['Pacific/Kiritimati', 'Etc/GMT+12']) {
      await ledger.database.query(`ALTER DATABASE ${name} SET timezone = '${zone}'`);
      abroad = boxOffice.another();
      expect((await abroad.database.query('SHOW timezone')).rows).toEqual([{ TimeZone: zone }]);
      await buy({ [pool]: 1 }, abroad);
      await followed(abroad.database);
    }
    await ledger.database.query(`ALTER DATABASE ${name} RESET timezone`);
    expect(await sales(pool)).toMatchObject([{ total: 10_000, count: 2, tickets: 2 }]);
    expect(Object.keys(await salesOfPool(abroad.database, pool))).toEqual([today()]);
  });

  it('count a purchase over several pools in each of them, with its part of the total', async () => {
    const [front, back] = [await onSale(ledger, { price: euros(80) }), await onSale(ledger, { price: euros(30) })];
    await buy({ [front]: 2, [back]: 1 });
    expect(await sales(front)).toEqual([{ total: 16_000, count: 1, tickets: 2, ...noRefunds }]);
    expect(await sales(back)).toEqual([{ total: 3_000, count: 1, tickets: 1, ...noRefunds }]);
  });

  it('count a purchase once, however often its confirmation is repeated', async () => {
    const pool = await onSale(ledger);
    const purchase = await buy({ [pool]: 1 });
    await ledger.activities.confirm({ ...stepOf(purchase), paymentId: purchase.purchaseId });
    await paid(ledger, purchase);
    expect(await sales(pool)).toMatchObject([{ count: 1 }]);
  });

  it('add up when two processes confirm many purchases over several pools at once', async () => {
    const processes = [ledger, boxOffice.another()];
    const pools = [await onSale(ledger, { capacity: 500 }), await onSale(ledger, { capacity: 500 })];
    await Promise.all(
      oneTo(80).map((nth) => {
        const named = nth % 3 === 0 ? [...pools].reverse() : pools;
        return buy(Object.fromEntries(named.map((pool) => [pool, 1])), processes[nth % 2]);
      }),
    );
    for (const pool of pools) expect(await sales(pool)).toMatchObject([{ total: 400_000, count: 80, tickets: 80 }]);
  });

  it('keep what was given back apart, on the day it was given back', async () => {
    const [front, back] = [await onSale(ledger, { price: euros(80) }), await onSale(ledger, { price: euros(30) })];
    const purchase = purchaseOf({ [front]: 1, [back]: 2 });
    await ledger.activities.reserve(purchase);
    await ledger.activities.release({ ...stepOf(purchase), ending: { kind: 'expired' } });
    const { purchaseId } = purchase;
    await ledger.activities.recordRefund({ purchaseId, paymentId: randomUUID(), amount: euros(140) });
    const noSales = { total: 0, count: 0, tickets: 0 };
    expect(await sales(front)).toEqual([{ ...noSales, refunded: 8_000, refunds: 1 }]);
    expect(await sales(back)).toEqual([{ ...noSales, refunded: 6_000, refunds: 1 }]);
  });

  it('are none where nothing was sold', async () => {
    expect(await salesOfPool(ledger.database, 'nowhere')).toEqual({});
  });
});
