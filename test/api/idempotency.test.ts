import { randomUUID } from 'node:crypto';
import { problemIn, purchaseIn } from '../support/api-client';
import { describeBoxOffice } from './box-office';

describeBoxOffice('an idempotency key', (open) => {
  test('gives the same answer again, also after the purchase was paid', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const key = randomUUID();
    const first = purchaseIn(await client.buy(name, { key }), 201);
    expect(purchaseIn(await client.buy(name, { key }), 201)).toEqual(first);
    await client.pay(first.id);
    expect(purchaseIn(await client.buy(name, { key }), 201)).toEqual(first);
    expect(await client.buy(name, { key, wait: 0 })).toMatchObject({ status: 202, body: { id: first.id } });
    expect(await client.pool(name)).toMatchObject({ claimed: 0, sold: 1 });
  });

  test('makes one purchase of twenty requests at once', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.buy(name, { key, quantity: 2 })));
    const purchases = answers.map((answer) => purchaseIn(answer, 201));
    for (const purchase of purchases) expect(purchase).toEqual(purchases[0]);
    expect(await client.pool(name)).toMatchObject({ claimed: 2 });
  });

  test('is refused with another body, and belongs to its holder alone', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const key = randomUUID();
    const first = await client.reserve(name, { key });
    problemIn(await client.buy(name, { key, quantity: 2 }), 'idempotency-key-reused', 422);
    problemIn(await client.buy(name, { key, customerId: 'bob' }), 'idempotency-key-reused', 422);
    const other = purchaseIn(await client.buy(name, { key, as: 'otherShop', quantity: 2 }), 201);
    expect(other.id).not.toBe(first.id);
    expect(await client.pool(name)).toMatchObject({ claimed: 3 });
  });

  test('gives a refusal again, also when there are tickets by then', async () => {
    const { client } = open();
    const { name } = await client.createPool({ capacity: 1 });
    const { id } = await client.reserve(name);
    const key = randomUUID();
    const refused = problemIn(await client.buy(name, { key, wait: 0 }), 'insufficient-inventory', 409);
    await client.cancel(id);
    expect(await client.pool(name)).toMatchObject({ available: 1 });
    expect(problemIn(await client.buy(name, { key }), 'insufficient-inventory', 409)).toEqual(refused);
    await client.reserve(name);
  });

  test('gives the refusal of the reservation itself again', async () => {
    const { client } = open();
    const { name } = await client.createPool({ capacity: 1 });
    const keys = Array.from({ length: 8 }, () => randomUUID());
    const ask = () => Promise.all(keys.map((key) => client.buy(name, { key })));
    const outcomes = async () => (await ask()).map(({ status, body }) => ({ status, body }));
    const first = await outcomes();
    expect(first.filter(({ status }) => status === 409)).toHaveLength(7);
    expect(await outcomes()).toEqual(first);
  });

  test('is not spent on a request that no pool could serve', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const key = randomUUID();
    problemIn(await client.buy(name, { key, quantity: 9 }), 'invalid-quantity', 422);
    problemIn(await client.buy(`no-${name}`, { key }), 'not-found', 404);
    await client.reserve(name, { key });
  });

  test('is forgotten after 24 hours', async () => {
    const { client, stack } = open();
    const { name } = await client.createPool();
    const key = randomUUID();
    const first = await client.reserve(name, { key });
    const age = (hours: number) =>
      stack.database.query(
        `UPDATE purchase_requests SET created_at = now() - make_interval(hours => $2, mins => -1) WHERE idempotency_key = $1`,
        [key, hours],
      );
    await age(24);
    expect(await client.reserve(name, { key })).toEqual(first);
    await age(25);
    const second = await client.reserve(name, { key, quantity: 2 });
    expect(second.id).not.toBe(first.id);
    expect(await client.purchase(first.id)).toEqual(first);
    problemIn(await client.buy(name, { key }), 'idempotency-key-reused', 422);
  });
});
