import { setImmediate as nextTurn } from 'node:timers/promises';
import { lastPosition, readStream } from '../../src/store';
import { type Ledger, onSale, openBoxOffice, paid, purchaseOf, stepOf } from '../support/box-office';
import { poolSettings } from '../support/domain-events';
import { oneTo, versionsIn } from '../support/event-store';
import { eventually } from '../support/eventually';

describe('several committers on one database', () => {
  let boxOffice: Awaited<ReturnType<typeof openBoxOffice>>;
  let one: Ledger;
  let other: Ledger;
  beforeAll(async () => {
    boxOffice = await openBoxOffice();
  });
  beforeEach(() => {
    one = boxOffice.another();
    other = boxOffice.another();
  });
  afterAll(() => boxOffice.close());

  const expired = { kind: 'expired' } as const;
  const reservedBy = async (ledger: Ledger, pool: string) => {
    const purchase = purchaseOf(pool);
    expect(await ledger.activities.reserve(purchase)).toMatchObject({ reserved: true });
    return purchase;
  };
  const stop = (ledger: Ledger, pool: string, stepId = 'signal-1') =>
    ledger.activities.steerPool({ pool, stepId, step: { name: 'stopSales', input: { reason: 'rain' } } });
  const resume = (ledger: Ledger, pool: string, stepId = 'signal-2') =>
    ledger.activities.steerPool({ pool, stepId, step: { name: 'resumeSales', input: undefined } });

  it.each([2, 3])('never oversell a pool that %i of them hammer, and lose no answer', async (count) => {
    const ledgers = oneTo(count).map(() => boxOffice.another());
    const pool = await onSale(one, { capacity: 150 });
    const buy = async ({ activities }: Ledger) => {
      const purchase = purchaseOf({ [pool]: 2 });
      const { reserved } = await activities.reserve(purchase);
      if (!reserved) return 0;
      const elsewhere = ledgers[Math.floor(Math.random() * ledgers.length)] ?? one;
      if (Math.random() < 0.5) {
        expect(await paid(elsewhere, purchase)).toMatchObject({ confirmed: true });
        return 2;
      }
      await elsewhere.activities.release({ ...stepOf(purchase), ending: expired });
      return 0;
    };
    const answers = await Promise.all(oneTo(400).map((nth) => buy(ledgers[nth % count] ?? one)));
    const sold = answers.reduce<number>((total, tickets) => total + tickets, 0);
    const events = await readStream(one.database, `pool-${pool}`);
    expect(events.map(({ version }) => version)).toEqual(oneTo(events.length));
    expect(events.filter(({ type }) => type === 'TicketBought')).toHaveLength(sold);
    const { rows } = await one.database.query('SELECT claimed, sold FROM availability WHERE pool = $1', [pool]);
    expect(rows).toEqual([{ claimed: 0, sold }]);
  });

  it('sell what another gave back, though their memory says sold out', async () => {
    const pool = await onSale(one, { capacity: 1 });
    const sold = await reservedBy(one, pool);
    expect(await one.activities.reserve(purchaseOf(pool))).toMatchObject({ reserved: false });
    await other.activities.release({ ...stepOf(sold), ending: expired });
    await reservedBy(one, pool);
  });

  it('respect a stop of another at once, and its end', async () => {
    const pool = await onSale(one);
    await reservedBy(one, pool);
    await stop(other, pool);
    expect(await one.activities.reserve(purchaseOf(pool))).toMatchObject({
      reserved: false,
      refusal: { slug: 'sales-stopped', reason: 'rain' },
    });
    await resume(other, pool);
    await reservedBy(one, pool);
  });

  it('sell a pool that another made while they were refusing everybody', async () => {
    const name = 'awaited';
    const insistent = async (): Promise<void> => {
      const { reserved } = await one.activities.reserve(purchaseOf(name));
      if (!reserved) await insistent();
    };
    const buyers: Promise<void>[] = [];
    for (const _ of oneTo(40)) {
      buyers.push(insistent());
      await nextTurn();
    }
    const before = await lastPosition(one.database);
    await eventually(async () => (await lastPosition(one.database)) > before);
    await onSale(other, { name, capacity: buyers.length });
    await Promise.all(buyers);
  });

  it('forget what the store has lost, and sell by what it has', async () => {
    const pool = await onSale(one, { capacity: 10 });
    await Promise.all(oneTo(4).map(() => reservedBy(one, pool)));
    await stop(one, pool);
    const client = await one.database.connect();
    await client.query(`ALTER TABLE events DISABLE TRIGGER events_are_immutable;
      DELETE FROM events WHERE stream = 'pool-${pool}' AND version > 3;
      UPDATE streams SET version = 3 WHERE stream = 'pool-${pool}';
      ALTER TABLE events ENABLE TRIGGER events_are_immutable`);
    client.release();
    await reservedBy(one, pool);
    expect(await versionsIn(one.database, `pool-${pool}`)).toEqual(oneTo(4));
    const { rows } = await one.database.query('SELECT claimed FROM availability WHERE pool = $1', [pool]);
    expect(rows).toEqual([{ claimed: 3 }]);
  });

  it('sell at the price that another set', async () => {
    const pool = await onSale(one);
    await reservedBy(one, pool);
    const price = { amount: 7000, currency: 'EUR' };
    await other.activities.steerPool({ pool, stepId: 'signal-1', step: { name: 'reprice', input: { price } } });
    expect(await one.activities.reserve(purchaseOf(pool))).toMatchObject({ total: price });
  });

  it('confirm and release what another reserved, though their memory knows nothing of it', async () => {
    const pool = await onSale(one);
    await reservedBy(one, pool);
    const bought = await reservedBy(other, pool);
    expect(await paid(one, bought)).toMatchObject({ confirmed: true });
    const givenBack = await reservedBy(other, pool);
    await one.activities.release({ ...stepOf(givenBack), ending: expired });
    expect(await versionsIn(one.database, `pool-${pool}`)).toEqual(oneTo(6));
  });

  it('see that another has steered already, and append nothing', async () => {
    const pool = await onSale(one);
    await reservedBy(one, pool);
    await stop(other, pool);
    expect(await stop(one, pool)).toMatchObject({ status: 'done' });
    await resume(other, pool);
    expect(await resume(one, pool)).toMatchObject({ status: 'done' });
    expect(await versionsIn(one.database, `pool-${pool}`)).toEqual(oneTo(4));
  });

  it('name the purchases that another reserved when a sale is stopped', async () => {
    const pool = await onSale(one);
    const open = [await reservedBy(one, pool), await reservedBy(other, pool)];
    await stop(other, pool);
    expect(await one.activities.endOpenPurchases({ pool, reason: 'rain' })).toBe(2);
    expect(one.told.map(({ purchaseId }) => purchaseId).sort()).toEqual(open.map((each) => each.purchaseId).sort());
  });

  it('give the same command one result, when both get it at the same time', async () => {
    const pool = await onSale(one, { capacity: 1_000 });
    for (const purchase of oneTo(30).map(() => purchaseOf(pool))) {
      const ledgers = [one, other, one, boxOffice.another()];
      const results = await Promise.all(ledgers.map(({ activities }) => activities.reserve(purchase)));
      const decided = results.map((result) => JSON.stringify({ ...result, resumed: undefined }));
      expect(new Set(decided).size).toBe(1);
      const asReserved = { status: 'reserved', attemptsLeft: 3, unsettled: [] };
      for (const result of results) {
        expect([undefined, asReserved]).toContainEqual('resumed' in result ? result.resumed : undefined);
      }
    }
    expect(await versionsIn(one.database, `pool-${pool}`)).toEqual(oneTo(31));
  });

  it('make one pool of a name, when all make another at the same time', async () => {
    for (const nth of oneTo(10)) {
      const made = await Promise.all(
        [one, other, boxOffice.another()].map(({ activities }, index) =>
          activities.createPool(poolSettings({ name: `contested-${nth}`, capacity: index + 1 })),
        ),
      );
      expect(made.map(({ status }) => status).sort()).toEqual(['done', 'refused', 'refused']);
    }
  });
});
