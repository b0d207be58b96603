import { EventSource } from 'eventsource';
import type { Pool, Purchase } from '../support/api-client';
import { keys, type RunningApi } from '../support/box-office-stack';
import { CartClient } from '../support/cart-client';
import { eventually } from '../support/eventually';
import { LiveClient } from '../support/live-client';
import { head, RawClient } from '../support/raw-client';
import { describeBoxOffice } from './box-office';

const asShop = { Authorization: `Bearer ${keys.shop}` };

describeBoxOffice('a live view', (open) => {
  const clients: { close(): void }[] = [];
  const follow = async (
    path: string,
    headers: Record<string, string> = {},
    { url } = open().client as { url: string },
  ) => {
    const client = await LiveClient.open(`${url}${path}`, { ...asShop, ...headers });
    clients.push(client);
    return client;
  };
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  const endsWhole = (live: LiveClient) => eventually(() => live.ended === 'whole');

  /** Whoever comes to what is over is told its last state once, and nothing where that is known. */
  async function expectOver(path: string, last: LiveClient['last']): Promise<void> {
    for (const seen of [undefined, '0', String((last?.id ?? 0) - 1), String((last?.id ?? 0) + 1_000_000)]) {
      const late = await follow(path, seen === undefined ? {} : { 'Last-Event-ID': seen });
      await endsWhole(late);
      expect([seen, late.status, late.events.at(-1)]).toEqual([seen, 200, last]);
      expect(late.events.filter(({ event }) => event === last?.event)).toHaveLength(1);
    }
    const again = await follow(path, { 'Last-Event-ID': String(last?.id) });
    await endsWhole(again);
    expect([again.status, again.events]).toEqual([204, []]);
  }

  const endings: [Purchase['status'], (id: string) => Promise<unknown>][] = [
    ['confirmed', (id) => open().client.pay(id)],
    ['cancelled', (id) => open().client.cancel(id)],
    ['expired', async () => undefined],
    [
      'payment-failed',
      async (id) => {
        for (let attempt = 0; attempt < 3; attempt += 1) await open().client.pay(id, { token: 'tok_declined' });
      },
    ],
  ];

  test.each(endings)('of a purchase ends once it is %s', async (status, bringAbout) => {
    const { client } = open();
    const { name } = await client.createPool({ holdSeconds: status === 'expired' ? 2 : 60 });
    const { id } = await client.reserve(name);
    const path = `/v1/purchases/${id}/live`;
    const live = await follow(path);
    await live.shows((purchase: Purchase) => purchase.status === 'reserved');
    await bringAbout(id);
    await endsWhole(live);
    expect(live.last?.data).toEqual(await client.purchase(id));
    expect(live.last?.data).toMatchObject({ status });
    await expectOver(path, live.last);
  });

  test('of a purchase ends where it was refused', async () => {
    const { client } = open();
    const { name } = await client.createPool({ capacity: 1 });
    const [one, other] = await Promise.all([client.buy(name, { wait: 0 }), client.buy(name, { wait: 0 })]);
    const lives = await Promise.all(
      [one, other].map(({ body }) => follow(`/v1/purchases/${(body as { id: string }).id}/live`)),
    );
    const refused = await eventually(() => lives.find(({ ended }) => ended === 'whole') ?? false);
    expect(refused.last?.data).toMatchObject({ status: 'rejected' });
  });

  test('of a purchase goes on after its end for as long as its money is not settled', async () => {
    const { client } = open();
    const { id } = await client.reserve((await client.createPool()).name);
    const live = await follow(`/v1/purchases/${id}/live`);
    await client.pay(id, { token: 'tok_slow', wait: 0 });
    await live.shows(({ status }: Purchase) => status === 'paying');
    await client.cancel(id);
    await eventually(() => live.ended === 'whole');
    expect((await client.timeline(id)).at(-1)).toMatch(/^Payment(Voided|Refunded)$/);
    expect(live.last?.data).toEqual(await client.purchase(id));
    await expectOver(`/v1/purchases/${id}/live`, live.last);
  });

  test('of a cart ends once it is checked out, however its pools go on', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const cart = await CartClient.of(client, name);
    const path = `/v1/carts/${cart.id}/live`;
    const live = await follow(path);
    await eventually(() => live.events.length > 0);
    expect(await cart.checkout()).toMatchObject({ status: 201 });
    await endsWhole(live);
    expect(live.last).toMatchObject({ event: 'cart', data: { status: 'checked-out' } });
    await client.reserve(name, { quantity: 1 });
    const { status } = await follow(path, { 'Last-Event-ID': String(live.last?.id) });
    expect(status).toBe(204);
    const late = await follow(path);
    await endsWhole(late);
    expect(late.last).toMatchObject({ id: live.last?.id, data: await cart.show() });
  });

  test('of a pool ends once it is cancelled and its last hold has ended', async () => {
    const { client } = open();
    const { name } = await client.createPool({ seats: ['A-1', 'A-2', 'B-1'], capacity: undefined });
    const { id } = await client.reserve(name, { quantity: 1 });
    await client.pay(id);
    await client.reserve(name, { quantity: 2 });
    const path = `/v1/pools/${name}/live`;
    const live = await follow(path);
    await eventually(() => live.events.length > 0);
    await client.steer(name, 'cancel', { reason: 'no licence' });
    await endsWhole(live);
    expect(live.last?.data).toEqual(await client.pool(name));
    expect(live.last?.data).toMatchObject({ status: 'cancelled', claimed: 0, sold: 1 });
    await expectOver(path, live.last);
  });

  test('of a pool that is closed goes on: it may still be cancelled', async () => {
    const { client } = open();
    const closesAt = new Date(Date.now() + 3_000).toISOString();
    const { name } = await client.createPool({ closesAt });
    const live = await follow(`/v1/pools/${name}/live`);
    const { id } = await live.shows(({ status }: Pool) => status === 'closed');
    const again = await follow(`/v1/pools/${name}/live`, { 'Last-Event-ID': String(id) });
    await client.steer(name, 'cancel', { reason: 'no licence' });
    for (const each of [live, again]) {
      await endsWhole(each);
      expect(each.last?.data).toMatchObject({ status: 'cancelled', reason: 'no licence' });
    }
  });

  test('that has ended is not asked for again by an EventSource such as browsers have', async () => {
    const { client } = open();
    const { id } = await client.reserve((await client.createPool()).name);
    const statuses: number[] = [];
    const source = new EventSource(`${client.url}/v1/purchases/${id}/live`, {
      fetch: async (url, init) => {
        const answer = await fetch(url, { ...init, headers: { ...init.headers, ...asShop } });
        statuses.push(answer.status);
        return answer;
      },
    });
    clients.push(source);
    const told: unknown[] = [];
    source.addEventListener('purchase', ({ data }) => told.push(JSON.parse(data).status));
    await eventually(() => told.length > 0);
    await client.pay(id);
    await eventually(() => source.readyState === source.CLOSED);
    expect(told.at(-1)).toBe('confirmed');
    expect(new Set(told).size).toBe(told.length);
    expect(statuses).toEqual([200, 204]);
  });

  describe('gives its place back', () => {
    let api: RunningApi;
    beforeEach(async () => {
      api = await open().stack.startApi({ live: { listeners: 2, withKey: 1, withoutKey: 1 } });
    });
    afterEach(() => api.stop());

    test('when it ends, though its listener keeps the connection', async () => {
      const { client } = open();
      const { id } = await client.reserve((await client.createPool()).name);
      const path = `/v1/purchases/${id}/live`;
      const live = await follow(path, {}, api);
      expect([live.status, (await follow(path, {}, api)).status]).toEqual([200, 429]);
      await client.pay(id);
      await endsWhole(live);
      for (let times = 0; times < 3; times += 1) {
        const late = await eventually(async () => {
          const opened = await follow(path, {}, api);
          return opened.status === 200 && opened;
        });
        await endsWhole(late);
      }
    });

    test('when its listener says that it sends no more', async () => {
      const { client } = open();
      const { name } = await client.createPool();
      const path = `/v1/pools/${name}/live`;
      const listener = await RawClient.open(api.url);
      clients.push(listener);
      await listener.send(head('GET', path));
      await eventually(() => listener.statuses.length > 0);
      const another = async () => {
        const live = await LiveClient.open(`${api.url}${path}`);
        live.close();
        return live.status;
      };
      expect(await another()).toBe(429);
      listener.halfClose();
      await eventually(() => listener.closed);
      await eventually(async () => (await another()) === 200);
    });
  });
});
