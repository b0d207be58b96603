import { randomUUID } from 'node:crypto';
import { ApiClient, poolIn, problemIn, purchaseIn } from '../support/api-client';
import type { RunningApi } from '../support/box-office-stack';
import { CartClient, cartIn } from '../support/cart-client';
import { eventually } from '../support/eventually';
import { databaseThrough, TcpProxy } from '../support/tcp-proxy';
import { temporalAddress } from '../support/temporal';
import { describeBoxOffice } from './box-office';

async function readiness(client: ApiClient): Promise<{ status: number; away: string[] }> {
  const { status, body } = await client.call('GET', '/health/ready');
  return { status, away: (body as { away: string[] }).away };
}

const allThere = { status: 200, away: [] };

describeBoxOffice('while a part is away', (open) => {
  let proxies: { temporal: TcpProxy; postgres: TcpProxy };
  let api: RunningApi;
  /** Talks to an API that can lose its way to Temporal and to Postgres. */
  let client: ApiClient;

  beforeAll(async () => {
    const { stack } = open();
    const [temporal, postgres] = await Promise.all([
      TcpProxy.to(temporalAddress()),
      TcpProxy.to(new URL(stack.databaseUrl).host),
    ]);
    proxies = { temporal, postgres };
    const databaseUrl = databaseThrough(postgres, stack.databaseUrl);
    api = await stack.startApi({ databaseUrl, temporalAddress: temporal.address });
    client = new ApiClient(api);
    await eventually(async () => expect(await readiness(client)).toEqual(allThere));
  });

  afterAll(async () => {
    await api?.stop();
    await Promise.all([proxies?.temporal.close(), proxies?.postgres.close()]);
  });

  test('which is Temporal, buying is answered 503, and goes on under the same key', async () => {
    const { name } = await client.createPool({ capacity: 3 });
    const soldOut = await client.createPool({ capacity: 1 });
    const paid = randomUUID();
    const bought = await client.reserve(soldOut.name, { key: paid });
    const held = await client.reserve(name);
    const key = randomUUID();
    const { name: inCart } = await client.createPool();
    const cart = await CartClient.of(client, inCart);
    const [opened, keyOfCart] = [await cart.show(), randomUUID()];
    proxies.temporal.cut();

    const answers = await Promise.all([
      client.buy(name, { key }),
      client.buy(name, { key, wait: 0 }),
      cart.checkout({ key: keyOfCart }),
      client.pay(held.id),
      client.cancel(held.id),
      client.steer(name, 'stop', { reason: 'rain' }),
      client.call('POST', '/v1/pools', {
        as: 'promoter',
        body: { name: `late-${randomUUID()}`, capacity: 1, price: { amount: 1, currency: 'EUR' } },
      }),
    ]);
    for (const answer of answers) {
      problemIn(answer, 'unavailable', 503);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(await readiness(client)).toEqual({ status: 503, away: ['temporal'] });

    // What needs no Temporal goes on.
    expect(await client.pool(name)).toMatchObject({ status: 'on-sale', available: 2, claimed: 1 });
    problemIn(await client.buy(soldOut.name), 'insufficient-inventory', 409);
    expect(await client.reserve(soldOut.name, { key: paid })).toEqual(bought);
    cartIn(await cart.add({ pool: inCart, quantity: 1 }));
    expect(await CartClient.create(client).then((other) => other.show())).toMatchObject({ status: 'open' });

    proxies.temporal.mend();
    const bettered = await eventually(async () => {
      const answer = await client.buy(name, { key });
      return answer.status !== 503 && purchaseIn(answer, 201);
    });
    expect(await client.pool(name)).toMatchObject({ available: 1, claimed: 2 });
    // What was checked out is the cart as it was then; it was changed since.
    problemIn(await cart.checkout({ key: keyOfCart }), 'cart-changed', 409);
    expect(purchaseIn(await cart.checkout(), 201).items).toMatchObject([{ quantity: 3 }]);
    expect(await cart.show()).toMatchObject({ id: opened.id, status: 'checked-out' });
    expect(purchaseIn(await client.pay(bettered.id)).status).toBe('confirmed');
    expect(await readiness(client)).toEqual(allThere);
  });

  test('which is Postgres, everything is answered 503, and goes on under the same key', async () => {
    const { name } = await client.createPool();
    const held = await client.reserve(name);
    const key = randomUUID();
    const cart = await CartClient.of(client, name);
    proxies.postgres.cut();

    const answers = await Promise.all([
      client.buy(name, { key }),
      client.pay(held.id),
      client.steer(name, 'resume'),
      client.call('GET', `/v1/pools/${name}`),
      client.call('GET', '/v1/pools'),
      client.call('POST', '/v1/carts', { as: 'shop', body: { customerId: 'alice' } }),
      client.call('GET', `/v1/carts/${cart.id}`, { as: 'shop' }),
      cart.remove(name),
      cart.checkout({ key: randomUUID() }),
      client.call('GET', `/v1/purchases/${held.id}`, { as: 'shop' }),
      client.call('GET', `/v1/purchases/${held.id}/timeline`, { as: 'shop' }),
      client.call('GET', '/v1/customers/alice/purchases', { as: 'shop' }),
      client.call('GET', `/v1/analytics/sales-by-day?pool=${name}`, { as: 'promoter' }),
    ]);
    for (const answer of answers) {
      problemIn(answer, 'unavailable', 503);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(await readiness(client)).toEqual({ status: 503, away: ['postgres'] });
    expect((await client.call('GET', '/health/live')).status).toBe(200);

    proxies.postgres.mend();
    const bought = await eventually(async () => {
      const answer = await client.buy(name, { key });
      return answer.status !== 503 && purchaseIn(answer, 201);
    });
    expect(purchaseIn(await client.pay(bought.id)).status).toBe('confirmed');
    cartIn(await cart.change(name, { quantity: 1 }));
    expect(purchaseIn(await cart.checkout(), 201).items).toMatchObject([{ quantity: 1 }]);
    expect(await readiness(client)).toEqual(allThere);
  });

  test('which is Postgres, and does not even break its connections, everything is answered 503 as well', async () => {
    const { name } = await client.createPool();
    proxies.postgres.stall();
    const [answer, { away }] = await Promise.all([client.call('GET', `/v1/pools/${name}`), readiness(client)]);
    problemIn(answer, 'unavailable', 503);
    expect(away).toEqual(['postgres']);
    proxies.postgres.mend();
    await eventually(async () => poolIn(await client.call('GET', `/v1/pools/${name}`)));
  });

  test('which breaks in the middle of a wait, the answer says so or comes all the same', async () => {
    const { name } = await client.createPool();
    const { id } = await client.reserve(name);
    const waiting = client.call('GET', `/v1/purchases/${id}`, { as: 'shop', headers: { Prefer: 'wait=15' } });
    proxies.postgres.cut();
    proxies.postgres.mend();
    expect(purchaseIn(await open().client.pay(id)).status).toBe('confirmed');
    const answer = await waiting;
    if (answer.status === 503) problemIn(answer, 'unavailable', 503);
    else expect(['paying', 'confirmed']).toContain(purchaseIn(answer).status);
  });
});

describeBoxOffice(
  'while no worker is there',
  (open) => {
    test('what was asked is kept, and done once one is there', async () => {
      const { client, stack } = open();
      expect(await readiness(client)).toEqual({ status: 503, away: ['worker'] });
      const first = await stack.startWorker();
      await eventually(async () => expect(await readiness(client)).toEqual(allThere));
      const { name } = await client.createPool();
      const held = await client.reserve(name);
      await first.end('SIGTERM');

      const key = randomUUID();
      const late = `late-${randomUUID()}`;
      const body = { name: late, capacity: 1, price: { amount: 1, currency: 'EUR' } };
      const [undecided, unpaid, unmade, unstopped] = await Promise.all([
        client.buy(name, { key, wait: 1 }),
        client.pay(held.id, { wait: 1 }),
        client.call('POST', '/v1/pools', { as: 'promoter', body }),
        client.steer(name, 'stop', { reason: 'rain', holds: 'honour' }),
      ]);
      expect(undecided).toMatchObject({ status: 202, body: { status: 'requested' } });
      expect(undecided.headers.get('preference-applied')).toBe('wait=1');
      expect(unpaid).toMatchObject({ status: 202, body: { id: held.id } });
      for (const answer of [unmade, unstopped]) problemIn(answer, 'unavailable', 503);
      const { id } = undecided.body as { id: string };
      expect(await client.purchase(id)).toMatchObject({ status: 'requested', items: [{ quantity: 1, tickets: [] }] });
      expect((await client.call('GET', `/v1/purchases/${id}/timeline`, { as: 'shop' })).body).toEqual({ events: [] });
      problemIn(await client.pay(id), 'purchase-not-payable', 409);

      await stack.startWorker();
      await client.becomes(held.id, 'confirmed');
      await eventually(async () => poolIn(await client.call('GET', `/v1/pools/${late}`)));
      await eventually(async () =>
        expect(await client.pool(name)).toMatchObject({ status: 'stopped', reason: 'rain' }),
      );
      // Whichever came first, the stop or the reservation: the purchase is decided, and its key gives that again.
      const decided = await client.buy(name, { key });
      if (decided.status === 201) expect(purchaseIn(decided, 201).id).toBe(id);
      else problemIn(decided, 'sales-stopped', 409);
    });
  },
  { workers: 0, longestOutageMs: 30_000 },
);
