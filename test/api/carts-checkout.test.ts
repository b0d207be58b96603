import { randomUUID } from 'node:crypto';
import { problemIn, purchaseIn } from '../support/api-client';
import { CartClient, cartIn } from '../support/cart-client';
import { euros } from '../support/domain-events';
import { describeBoxOffice } from './box-office';

describeBoxOffice('checking a cart out', (open) => {
  const pools = async (...changes: object[]) => {
    const made = await Promise.all(changes.map((each) => open().client.createPool(each)));
    return made.map(({ name }) => name) as [string, ...string[]];
  };
  const claimedOf = async (names: readonly string[]) =>
    Promise.all(names.map(async (name) => (await open().client.pool(name)).claimed));

  test('starts one purchase of all its lines, and closes it', async () => {
    const { client } = open();
    const names = await pools({}, { price: euros(30) }, { price: euros(10) });
    const cart = await CartClient.of(client, ...names);
    const answer = await cart.checkout();
    const purchase = purchaseIn(answer, 201);
    expect(answer.headers.get('location')).toBe(`/v1/purchases/${purchase.id}`);
    expect(purchase).toMatchObject({ status: 'reserved', customerId: 'alice', total: euros(180) });
    expect(purchase.items.map(({ pool, quantity }) => [pool, quantity])).toEqual(names.map((name) => [name, 2]));
    expect(await claimedOf(names)).toEqual([2, 2, 2]);
    const closed = await cart.show();
    expect(closed).toMatchObject({
      status: 'checked-out',
      purchaseId: purchase.id,
      total: euros(180),
      canUndo: false,
    });
    expect(closed.items).toHaveLength(3);
    for (const change of [
      cart.add({ pool: names[0], quantity: 1 }),
      cart.change(names[0], { quantity: 1 }),
      cart.remove(names[0]),
      cart.undo(),
    ]) {
      expect(problemIn(await change, 'cart-checked-out', 409)).toMatchObject({ purchaseId: purchase.id });
    }
    expect(await client.pay(purchase.id)).toMatchObject({ status: 200 });
    await client.steer(names[0], 'reprice', { price: euros(99) });
    expect(await cart.show()).toMatchObject({ total: euros(180), items: [{ price: euros(99) }, {}, {}] });
  });

  test('adds up tickets of the highest price there is', async () => {
    const { client } = open();
    const price = { amount: 100_000_000_000, currency: 'EUR' };
    const cart = await CartClient.of(client, ...(await pools({ price }, { price })));
    const total = { amount: 4 * price.amount, currency: 'EUR' };
    const purchase = purchaseIn(await cart.checkout(), 201);
    expect(purchase).toMatchObject({ status: 'reserved', total });
    expect(await cart.show()).toMatchObject({ status: 'checked-out', total });
    expect(purchaseIn(await client.pay(purchase.id))).toMatchObject({ status: 'confirmed', total });
  });

  test('is answered at once where nobody waits, as a purchase is', async () => {
    const { client } = open();
    const cart = await CartClient.of(client, ...(await pools({})));
    const answer = await cart.checkout({ wait: 0 });
    expect(answer).toMatchObject({ status: 202, body: { status: 'requested' } });
    const { id } = answer.body as { id: string };
    expect(answer.headers.get('location')).toBe(`/v1/purchases/${id}`);
    await client.becomes(id, 'reserved');
    expect(await cart.show()).toMatchObject({ status: 'checked-out', purchaseId: id });
  });

  test('gives the same answer under the same key, whatever became of the cart', async () => {
    const { client } = open();
    const [name] = await pools({});
    const cart = await CartClient.of(client, name);
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 10 }, () => cart.checkout({ key })));
    const [first] = answers.map((answer) => purchaseIn(answer, 201));
    for (const answer of answers) expect(purchaseIn(answer, 201)).toEqual(first);
    await client.pay(first?.id ?? '');
    expect(purchaseIn(await cart.checkout({ key }), 201)).toEqual(first);
    expect(await claimedOf([name])).toEqual([0]);
    problemIn(await client.buy(name, { key }), 'idempotency-key-reused', 422);
    const other = await CartClient.of(client, name);
    problemIn(await other.checkout({ key }), 'idempotency-key-reused', 422);
    expect(await other.show()).toMatchObject({ status: 'open' });
  });

  test('gives a refusal again under the same key, and goes on under another one', async () => {
    const { client } = open();
    const [name, small] = (await pools({}, { capacity: 1 })) as [string, string];
    const cart = await CartClient.of(client, name, small);
    const key = randomUUID();
    const refused = problemIn(await cart.checkout({ key }), 'insufficient-inventory', 409);
    cartIn(await cart.change(small, { quantity: 1 }));
    expect(problemIn(await cart.checkout({ key }), 'insufficient-inventory', 409)).toEqual(refused);
    expect(await cart.show()).toMatchObject({ status: 'open' });
    purchaseIn(await cart.checkout(), 201);
  });

  test('by many at once under different keys makes one purchase', async () => {
    const { client } = open();
    const [name] = await pools({ capacity: 100 });
    const cart = await CartClient.of(client, name);
    const answers = await Promise.all(Array.from({ length: 12 }, () => cart.checkout()));
    const won = answers.filter(({ status }) => status === 201).map((answer) => purchaseIn(answer, 201));
    expect(won).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      expect(problemIn(answer, 'cart-checked-out', 409)).toMatchObject({ purchaseId: won[0]?.id });
    }
    expect(problemIn(await cart.checkout(), 'cart-checked-out', 409)).toMatchObject({ purchaseId: won[0]?.id });
    expect(await claimedOf([name])).toEqual([2]);
    expect(await cart.show()).toMatchObject({ purchaseId: won[0]?.id });
  });

  test('is refused where one of three lines is sold out: nothing is claimed, and the cart stays open', async () => {
    const { client } = open();
    const names = (await pools({}, { capacity: 1 }, {})) as [string, string, string];
    await client.reserve(names[1]);
    const cart = await CartClient.of(client, ...names);
    const refused = problemIn(await cart.checkout(), 'insufficient-inventory', 409);
    expect(refused).toMatchObject({ pool: names[1], available: 0 });
    expect(await claimedOf(names)).toEqual([0, 1, 0]);
    expect(await cart.show()).toMatchObject({ status: 'open', canUndo: true });
    cartIn(await cart.remove(names[1]));
    expect(purchaseIn(await cart.checkout(), 201).items).toHaveLength(2);
  });

  test('by two carts at once for the last tickets succeeds for one, and leaves the other open', async () => {
    const { client } = open();
    const names = await pools({ capacity: 3 }, {}, {});
    const carts = await Promise.all([...names].map(() => CartClient.of(client, ...names)));
    const answers = await Promise.all(carts.map((cart) => cart.checkout()));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const shown = await Promise.all(carts.map((cart) => cart.show()));
    expect(shown.map(({ status }) => status)).toEqual(
      answers.map(({ status }) => (status === 201 ? 'checked-out' : 'open')),
    );
    expect(await claimedOf(names)).toEqual([2, 2, 2]);
  });

  test('while the cart is being changed is of the cart as it was, or refused as changed', async () => {
    const { client } = open();
    const [name] = await pools({ capacity: 500 });
    for (let round = 0; round < 12; round += 1) {
      const cart = await CartClient.of(client, name);
      const [bought, change] = await Promise.all([cart.checkout(), cart.change(name, { quantity: 3 })]);
      const shown = await cart.show();
      if (bought.status !== 201) {
        problemIn(bought, 'cart-changed', 409);
        cartIn(change);
        expect(shown).toMatchObject({ status: 'open', items: [{ quantity: 3 }] });
      } else {
        const { id, items } = purchaseIn(bought, 201);
        expect(items).toMatchObject(shown.items.map(({ pool, quantity }) => ({ pool, quantity })));
        expect(shown).toMatchObject({ status: 'checked-out', purchaseId: id });
        if (change.status !== 200) problemIn(change, 'cart-checked-out', 409);
      }
    }
  });

  test('is refused for an empty cart, and without a key', async () => {
    const { client } = open();
    const cart = await CartClient.create(client);
    expect(problemIn(await cart.checkout(), 'validation-failed', 422).errors).toEqual([
      { path: 'items', message: 'there is nothing in the cart' },
    ]);
    const [name] = await pools({});
    cartIn(await cart.add({ pool: name, quantity: 1 }));
    const path = `/v1/carts/${cart.id}/checkout`;
    problemIn(await client.call('POST', path, { as: 'shop' }), 'idempotency-key-missing', 400);
    const headers = { 'Idempotency-Key': 'a-key' };
    const body = { quantity: 1 };
    problemIn(await client.call('POST', path, { as: 'shop', headers, body }), 'validation-failed', 422);
  });

  test('keeps to the price that a line may cost', async () => {
    const { client } = open();
    const [name] = await pools({});
    const cart = await CartClient.of(client, { pool: name, quantity: 1, maxUnitPrice: euros(50) });
    await client.steer(name, 'reprice', { price: euros(51) });
    expect(problemIn(await cart.checkout(), 'price-changed', 409)).toMatchObject({ pool: name, price: euros(51) });
    cartIn(await cart.change(name, { quantity: 1, maxUnitPrice: euros(51) }));
    expect(purchaseIn(await cart.checkout(), 201)).toMatchObject({ total: euros(51) });
  });
});
