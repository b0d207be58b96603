import { randomUUID } from 'node:crypto';
import { type Answer, poolIn, problemIn, purchaseIn } from '../support/api-client';
import { describeBoxOffice } from './box-office';

describeBoxOffice('selling', (open) => {
  const today = () => new Date().toISOString().slice(0, 10);

  test('goes from a pool to a confirmed order, and the numbers add up all the way', async () => {
    const { client } = open();
    const name = `gig-${randomUUID()}`;
    const body = { name, title: 'Spring Gig', capacity: 5, price: { amount: 5_000, currency: 'EUR' } };
    const made = await client.call('POST', '/v1/pools', { as: 'promoter', body });
    expect(made.headers.get('location')).toBe(`/v1/pools/${name}`);
    expect(poolIn(made, 201)).toMatchObject({
      name,
      title: 'Spring Gig',
      status: 'on-sale',
      soldOut: false,
      available: 5,
      maxPerPurchase: 4,
      holdSeconds: 300,
    });

    const bought = await client.buy(name, { quantity: 2, customerId: 'alice' });
    const reserved = purchaseIn(bought, 201);
    expect(bought.headers.get('location')).toBe(`/v1/purchases/${reserved.id}`);
    expect(bought.headers.get('preference-applied')).toBe('wait=20');
    expect(reserved).toMatchObject({ status: 'reserved', customerId: 'alice', total: { amount: 10_000 } });
    expect(reserved.items).toMatchObject([{ pool: name, quantity: 2, tickets: [{ price: { amount: 5_000 } }, {}] }]);
    const hold = Date.parse(reserved.expiresAt ?? '') - Date.parse(reserved.createdAt);
    expect(Math.abs(hold - 300_000)).toBeLessThan(1_000);
    expect(await client.pool(name)).toMatchObject({ available: 3, claimed: 2, sold: 0 });

    const confirmed = purchaseIn(await client.pay(reserved.id), 200);
    expect(confirmed).toMatchObject({ id: reserved.id, status: 'confirmed', items: reserved.items });
    expect(confirmed.orderId).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/);
    expect(await client.pool(name)).toMatchObject({ available: 3, claimed: 0, sold: 2 });
    expect(await client.purchase(reserved.id)).toEqual(confirmed);

    expect(await client.timeline(reserved.id)).toEqual(['TicketsReserved', 'PaymentStarted', 'PurchaseConfirmed']);
    const query = `/v1/analytics/sales-by-day?pool=${name}`;
    const sales = await client.call('GET', query, { as: 'promoter' });
    expect(sales.body).toEqual({ days: { [today()]: { total: 10_000, count: 1, tickets: 2 } }, currency: 'EUR' });
  });

  test('answers 202 at once without Prefer, and the outcome to whoever waits for a change', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const taken = await client.buy(name, { wait: 0 });
    expect(taken).toMatchObject({ status: 202, body: { id: expect.any(String), status: 'requested' } });
    expect(taken.headers.get('preference-applied')).toBeNull();
    const id = idIn(taken);
    await client.becomes(id, 'reserved');

    const paying = await client.pay(id, { wait: 0 });
    expect(paying).toMatchObject({ status: 202, body: { id, status: 'paying' } });
    expect((await client.becomes(id, 'confirmed')).orderId).toEqual(expect.any(String));
  });

  test('sells over several pools, all lines or none', async () => {
    const { client } = open();
    const [one, other] = [await client.createPool({ capacity: 3 }), await client.createPool({ capacity: 1 })];
    const buy = (quantity: number) =>
      client.call('POST', '/v1/purchases', {
        as: 'shop',
        headers: { 'Idempotency-Key': randomUUID(), Prefer: 'wait=10' },
        body: {
          customerId: 'bob',
          items: [
            { pool: one.name, quantity: 1 },
            { pool: other.name, quantity },
          ],
        },
      });
    problemIn(await buy(2), 'insufficient-inventory', 409);
    expect(await client.pool(one.name)).toMatchObject({ available: 3 });
    const { id } = purchaseIn(await buy(1), 201);
    expect(purchaseIn(await client.pay(id))).toMatchObject({ status: 'confirmed', total: { amount: 10_000 } });
    expect(await client.pool(one.name)).toMatchObject({ available: 2, sold: 1 });
    expect(await client.pool(other.name)).toMatchObject({ available: 0, sold: 1, soldOut: true });
  });

  test("lists a customer's purchases newest first, page by page", async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const customerId = `carol ${randomUUID()} & söhne`;
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) ids.unshift((await client.reserve(name, { customerId })).id);
    const page = async (query: string) => {
      const path = `/v1/customers/${encodeURIComponent(customerId)}/purchases${query}`;
      return (await client.call('GET', path, { as: 'shop' })).body as { purchases: { id: string }[]; next?: string };
    };
    const first = await page('?limit=2');
    expect(first.purchases.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const second = await page(`?limit=2&cursor=${first.next}`);
    expect(second.purchases.map(({ id }) => id)).toEqual(ids.slice(2));
    expect(second.next).toBeUndefined();
    expect((await page('')).purchases).toHaveLength(3);
  });

  test('lists pools by name and by status, page by page', async () => {
    const { client } = open();
    const prefix = `aa-${randomUUID()}`;
    const names = ['a', 'b', 'c'].map((letter) => `${prefix}-${letter}`);
    for (const name of names) await client.createPool({ name });
    await client.steer(`${prefix}-b`, 'stop', { reason: 'rain' });
    const list = async (query: string) =>
      (await client.call('GET', `/v1/pools${query}`)).body as { pools: { name: string }[]; next?: string };
    const first = await list('?limit=2');
    expect(first.pools.map(({ name }) => name)).toEqual(names.slice(0, 2));
    expect((await list(`?limit=1&cursor=${first.next}`)).pools.map(({ name }) => name)).toEqual(names.slice(2));
    const stopped = await list('?status=stopped');
    expect(stopped.pools.map(({ name }) => name)).toEqual([names[1]]);
  });

  test('explains the price and multiplies it', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const { body } = await client.call('GET', `/v1/pools/${name}/price?quantity=3`);
    const [unit, total] = [5_000, 15_000].map((amount) => ({ amount, currency: 'EUR' }));
    expect(body).toEqual({ unit, total, base: unit, factors: [] });
  });

  test('gives the name of a pool once', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const body = { name, capacity: 1, price: { amount: 1, currency: 'EUR' } };
    for (const as of ['promoter', 'otherPromoter'] as const) {
      problemIn(await client.call('POST', '/v1/pools', { as, body }), 'pool-name-taken', 409);
    }
    const contested = { ...body, name: `contested-${randomUUID()}` };
    const asked = Array.from({ length: 5 }, () =>
      client.call('POST', '/v1/pools', { as: 'promoter', body: contested }),
    );
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([201, 409, 409, 409, 409]);
  });
});

const idIn = ({ body }: Answer) => (body as { id: string }).id;
