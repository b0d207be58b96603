import { randomUUID } from 'node:crypto';
import { ApiClient, problemIn } from '../support/api-client';
import { CartClient, cartIn } from '../support/cart-client';
import { euros } from '../support/domain-events';
import { describeBoxOffice } from './box-office';

describeBoxOffice('a cart', (open) => {
  test('collects lines of several pools, and shows what each has left and costs now', async () => {
    const { client } = open();
    const stalls = await client.createPool({ capacity: 8 });
    const circle = await client.createPool({ price: euros(30) });
    const cart = await CartClient.create(client);
    expect(await cart.show()).toMatchObject({ status: 'open', customerId: 'alice', items: [], canUndo: false });
    expect(await cart.show()).not.toHaveProperty('total');
    cartIn(await cart.add({ pool: stalls.name, quantity: 2 }));
    const both = cartIn(await cart.add({ pool: circle.name, quantity: 1 }));
    expect(both.items).toEqual([
      {
        pool: stalls.name,
        quantity: 2,
        price: euros(50),
        total: euros(100),
        available: 8,
        claimed: 0,
        sold: 0,
        soldOut: false,
        allHeld: false,
        poolStatus: 'on-sale',
      },
      expect.objectContaining({ pool: circle.name, price: euros(30), total: euros(30), available: 10 }),
    ]);
    expect(both).toMatchObject({ total: euros(130), canUndo: true });
    expect(Date.parse(both.updatedAt)).toBeGreaterThanOrEqual(Date.parse(both.createdAt));

    const { id } = await client.reserve(stalls.name, { quantity: 3 });
    await client.pay(id);
    await client.reserve(circle.name);
    await client.steer(circle.name, 'reprice', { price: euros(35) });
    await client.steer(circle.name, 'stop', { reason: 'rain', holds: 'honour' });
    const later = await cart.show();
    expect(later.items).toMatchObject([
      { available: 5, claimed: 0, sold: 3, poolStatus: 'on-sale' },
      { available: 9, claimed: 1, price: euros(35), total: euros(35), poolStatus: 'stopped' },
    ]);
    expect(later).toMatchObject({ total: euros(135), updatedAt: both.updatedAt });
    const { position } = await client.pool(circle.name);
    expect(later.position).toBe(position);
  });

  test('has no total where its lines are in several currencies, and cannot be checked out', async () => {
    const { client } = open();
    const dollars = await client.createPool({ price: { amount: 100, currency: 'USD' } });
    const cart = await CartClient.of(client, (await client.createPool()).name, dollars.name);
    expect(await cart.show()).not.toHaveProperty('total');
    problemIn(await cart.checkout(), 'validation-failed', 422);
    cartIn(await cart.remove(dollars.name));
    expect((await cart.checkout()).status).toBe(201);
  });

  test('joins what is added to a line, changes it, removes it, and undoes all of it step by step', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const { name: other } = await client.createPool();
    const cart = await CartClient.of(client, name);
    const said = { maxUnitPrice: euros(60), bestAvailable: true };
    expect(cartIn(await cart.add({ pool: name, quantity: 1, ...said })).items).toMatchObject([
      { quantity: 3, ...said },
    ]);
    expect(cartIn(await cart.change(name, { quantity: 4 })).items[0]).not.toHaveProperty('maxUnitPrice');
    cartIn(await cart.add({ pool: other, quantity: 1 }));
    expect(cartIn(await cart.remove(name)).items).toMatchObject([{ pool: other }]);
    const stories = [
      [{ pool: name, quantity: 4 }, { pool: other }],
      [{ pool: name, quantity: 4 }],
      [{ pool: name, quantity: 3, ...said }],
      [{ pool: name, quantity: 2 }],
      [],
    ];
    for (const items of stories) {
      const undone = cartIn(await cart.undo());
      expect(undone.items).toMatchObject(items);
      expect(undone.canUndo).toBe(items.length > 0);
    }
    problemIn(await cart.undo(), 'nothing-to-undo', 409);
  });

  test('takes seats by name, which join, and refuses a quantity in the same line', async () => {
    const { client } = open();
    const seats = ['A-1', 'A-2', 'A-3', 'B-1'];
    const { name } = await client.createPool({ capacity: undefined, seats });
    const cart = await CartClient.of(client, { pool: name, seats: ['A-1'] });
    const joined = cartIn(await cart.add({ pool: name, seats: ['A-2', 'A-1'] }));
    expect(joined.items).toMatchObject([{ quantity: 2, seats: ['A-1', 'A-2'], total: euros(100) }]);
    problemIn(await cart.add({ pool: name, quantity: 1 }), 'validation-failed', 422);
    expect(cartIn(await cart.change(name, { quantity: 2, bestAvailable: true })).items[0]).not.toHaveProperty('seats');
    problemIn(await cart.add({ pool: name, seats: ['A-3'] }), 'validation-failed', 422);
    cartIn(await cart.change(name, { seats: ['B-1'] }));
    const { body } = await cart.checkout();
    expect(body).toMatchObject({ items: [{ pool: name, tickets: [{ seat: 'B-1' }] }] });
  });

  test('takes no more of a pool than one purchase may have, also where it comes bit by bit', async () => {
    const { client } = open();
    const { name } = await client.createPool({ maxPerPurchase: 3 });
    const cart = await CartClient.of(client, name);
    const bounds = { min: 1, max: 3, pool: name };
    expect(problemIn(await cart.add({ pool: name, quantity: 2 }), 'invalid-quantity', 422)).toMatchObject(bounds);
    expect(problemIn(await cart.change(name, { quantity: 4 }), 'invalid-quantity', 422)).toMatchObject(bounds);
    expect(problemIn(await cart.add({ pool: name, quantity: -1 }), 'invalid-quantity', 422)).toMatchObject(bounds);
    expect((await cart.show()).items).toMatchObject([{ quantity: 2 }]);
    cartIn(await cart.add({ pool: name, quantity: 1 }));
  });

  test('takes no more lines than one purchase may have', async () => {
    const { client } = open();
    const pools = await Promise.all(Array.from({ length: 11 }, () => client.createPool()));
    const names = pools.map(({ name }) => name);
    const cart = await CartClient.of(client, ...names.slice(0, 10));
    const full = problemIn(await cart.add({ pool: names[10] ?? '', quantity: 1 }), 'cart-full', 409);
    expect(full).toMatchObject({ of: 'lines', most: 10 });
    cartIn(await cart.remove(names[3] ?? ''));
    cartIn(await cart.add({ pool: names[10] ?? '', quantity: 1 }));
  });

  test('may hold what is sold out, or not on sale, and shows that', async () => {
    const { client } = open();
    const { name: soldOut } = await client.createPool({ capacity: 1 });
    await client.reserve(soldOut);
    const { name: later } = await client.createPool({ opensAt: new Date(Date.now() + 3_600_000).toISOString() });
    const cart = await CartClient.of(client, soldOut, later);
    expect((await cart.show()).items).toMatchObject([
      { available: 0, claimed: 1, poolStatus: 'on-sale' },
      { available: 10, poolStatus: 'scheduled' },
    ]);
  });

  test('changed by many at once through several processes holds every change', async () => {
    const { client, stack } = open();
    const other = new ApiClient(await stack.startApi());
    const pools = await Promise.all(Array.from({ length: 10 }, () => client.createPool({ maxPerPurchase: 50 })));
    const cart = await CartClient.create(client);
    const there = new CartClient(other, cart.id);
    const adding = pools.flatMap(({ name }) =>
      [cart, there, cart, there].map(async (each) => cartIn(await each.add({ pool: name, quantity: 1 }))),
    );
    await Promise.all(adding);
    const { items } = await cart.show();
    expect(items.map(({ quantity }) => quantity)).toEqual(pools.map(() => 4));
    expect(await there.show()).toEqual(await cart.show());
    const events = await client.call('GET', `/v1/streams/cart-${cart.id}?limit=1000`, { as: 'operator' });
    expect((events.body as { events: object[] }).events).toHaveLength(41);
  });

  test('is each change for ever, in the words of its stream', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const cart = await CartClient.of(client, name);
    cartIn(await cart.change(name, { quantity: 1 }));
    cartIn(await cart.remove(name));
    cartIn(await cart.undo());
    const { id: purchaseId } = (await cart.checkout()).body as { id: string };
    const { body } = await client.call('GET', `/v1/streams/cart-${cart.id}`, { as: 'operator' });
    const { events } = body as { events: { name: string; data: object; meta: { workflow: string } }[] };
    expect(events.map((event) => [event.name, event.data])).toEqual([
      ['CartCreated', { customerId: 'alice', shop: 'web' }],
      ['ItemAdded', { pool: name, quantity: 2 }],
      ['ItemChanged', { pool: name, quantity: 1 }],
      ['ItemRemoved', { pool: name }],
      ['ChangeUndone', {}],
      ['CheckedOut', { purchaseId, total: euros(50) }],
    ]);
    expect(events.map(({ meta }) => meta.workflow)).toEqual([...Array(5).fill('api'), `purchase-${purchaseId}`]);
  });

  test('that is not there is not found, and neither is a line that is not', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const nowhere = new CartClient(client, randomUUID());
    const answers = [
      nowhere.add({ pool: name, quantity: 1 }),
      nowhere.change(name, { quantity: 1 }),
      nowhere.remove(name),
      nowhere.undo(),
      nowhere.checkout(),
      client.call('GET', `/v1/carts/${nowhere.id}`, { as: 'shop' }),
      client.call('GET', `/v1/carts/${nowhere.id}/live`, { as: 'shop' }),
    ];
    for (const answer of await Promise.all(answers)) problemIn(answer, 'not-found', 404);
    const cart = await CartClient.create(client);
    for (const answer of [await cart.remove(name), await cart.change(name, { quantity: 1 })]) {
      expect(problemIn(answer, 'not-found', 404).detail).toContain(name);
    }
    problemIn(await cart.add({ pool: `no-${name}`, quantity: 1 }), 'not-found', 404);
  });
});
