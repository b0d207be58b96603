import { randomUUID } from 'node:crypto';
import { type Pool, poolIn, problemIn, purchaseIn } from '../support/api-client';
import { keys } from '../support/box-office-stack';
import { endConnections } from '../support/event-store';
import { eventually } from '../support/eventually';
import { LiveClient, type LiveEvent } from '../support/live-client';
import { describeBoxOffice } from './box-office';

const asShop = { Authorization: `Bearer ${keys.shop}` };

/** Each adds up, and positions only ever rise. */
function expectAvailability(events: readonly LiveEvent[]): void {
  let before = -1;
  for (const { id, event, data } of events) {
    expect(event).toBe('availability');
    const pool = poolIn({ status: 200, headers: new Headers(), body: data });
    expect(pool.position).toBe(id);
    expect(id).toBeGreaterThan(before);
    before = id;
  }
}

/** A live answer has no end of its own: an API that waited for one would never stop. */
const STOPS_WITHIN_MS = 20_000;

describeBoxOffice('live views', (open) => {
  const clients: LiveClient[] = [];
  const follow = async (path: string, headers: Record<string, string> = {}, url = open().client.url) => {
    const client = await LiveClient.open(`${url}${path}`, headers);
    clients.push(client);
    return client;
  };
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  const sold = (count: number) => (pool: Pool) => pool.sold === count;

  test('of a pool show what is left while it is sold', async () => {
    const { client } = open();
    const { name } = await client.createPool({ capacity: 40 });
    const early = await follow(`/v1/pools/${name}/live`);
    expect(early.status).toBe(200);
    expect(early.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    await early.shows((pool: Pool) => pool.available === 40);
    expect(early.retry).toBeGreaterThan(0);
    const buy = async () => {
      const { id } = await client.reserve(name, { quantity: 2 });
      await client.pay(id);
    };
    await Promise.all([buy(), buy(), buy()]);
    const late = await follow(`/v1/pools/${name}/live`);
    await Promise.all([buy(), buy(), buy()]);
    for (const each of [early, late]) {
      const last = await each.shows(sold(12));
      expect(last.data).toEqual(await client.pool(name));
      expectAvailability(each.events);
    }
    await client.steer(name, 'stop', { reason: 'rain', holds: 'honour' });
    expect((await early.shows((pool: Pool) => pool.status === 'stopped')).data).toMatchObject({ reason: 'rain' });
  });

  test('of a purchase show each of its states as GET does', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const taken = await client.buy(name, { wait: 0 });
    const { id } = taken.body as { id: string };
    const live = await follow(`/v1/purchases/${id}/live`, asShop);
    await live.shows(({ status }: { status: string }) => status === 'reserved');
    await client.pay(id);
    const { data } = await live.shows(({ status }: { status: string }) => status === 'confirmed');
    expect(data).toEqual(await client.purchase(id));
    const positions = live.events.map((each) => each.id);
    expect(positions).toEqual([...new Set(positions)].sort((one, other) => one - other));
    expect(live.events.map((each) => each.event)).toEqual(live.events.map(() => 'purchase'));
  });

  test('go on from what was seen: nothing comes twice, and what is newer comes at once', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const { position } = await client.pool(name);
    const seen = await follow(`/v1/pools/${name}/live`, { 'Last-Event-ID': String(position) });
    await client.reserve(name);
    const { id } = await seen.shows((pool: Pool) => pool.claimed === 1);
    expect(seen.events.map((each) => each.id)).toEqual([id]);
    const behind = await follow(`/v1/pools/${name}/live`, { 'Last-Event-ID': String(position) });
    await behind.shows((pool: Pool) => pool.claimed === 1);
    expect(behind.events.map((each) => each.id)).toEqual([id]);
  });

  test.each(['abc', '-1', '1.5', '', '99999999999999999999', '4503599627370496', '1 or 2', '0x10'])(
    'take the Last-Event-ID %p for none',
    async (given) => {
      const { client } = open();
      const { name } = await client.createPool();
      const live = await follow(`/v1/pools/${name}/live`, { 'Last-Event-ID': given });
      await live.shows((pool: Pool) => pool.name === name);
    },
  );

  test('show in every process what another has sold', async () => {
    const { client, stack } = open();
    const other = await stack.startApi();
    const { name } = await client.createPool();
    const here = await follow(`/v1/pools/${name}/live`);
    const there = await follow(`/v1/pools/${name}/live`, {}, other.url);
    await Promise.all([client.reserve(name), client.reserve(name), client.reserve(name)]);
    const [one, two] = await Promise.all([here, there].map((each) => each.shows((pool: Pool) => pool.claimed === 3)));
    expect(one).toEqual(two);
    await other.stop();
  });

  test('outlast the loss of the connection by which word of commits comes', async () => {
    const { client, stack } = open();
    const { name } = await client.createPool();
    const live = await follow(`/v1/pools/${name}/live`);
    await live.shows((pool: Pool) => pool.name === name);
    expect(await eventually(() => endConnections(stack.databaseUrl, 'LISTEN'))).toBeGreaterThan(0);
    await client.reserve(name);
    await live.shows((pool: Pool) => pool.claimed === 1);
    await client.reserve(name);
    await live.shows((pool: Pool) => pool.claimed === 2);
    expectAvailability(live.events);
  });

  test('outlast the loss of every connection to the database', async () => {
    const { client, stack } = open();
    const { name } = await client.createPool();
    const live = await follow(`/v1/pools/${name}/live`);
    await live.shows((pool: Pool) => pool.name === name);
    await endConnections(stack.databaseUrl);
    await eventually(() => client.reserve(name));
    await live.shows((pool: Pool) => pool.claimed > 0);
    expectAvailability(live.events);
  });

  test('are refused as problems before they begin', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const { id } = await client.reserve(name);
    problemIn(await client.call('GET', '/v1/pools/of-nobody/live'), 'not-found', 404);
    problemIn(await client.call('GET', '/v1/pools/UPPER/live'), 'not-found', 404);
    problemIn(await client.call('GET', `/v1/purchases/${id}/live`), 'unauthorized', 401);
    problemIn(await client.call('GET', `/v1/purchases/${id}/live`, { as: 'gate' }), 'forbidden', 403);
    for (const none of [randomUUID(), 'nonsense']) {
      problemIn(await client.call('GET', `/v1/purchases/${none}/live`, { as: 'operator' }), 'not-found', 404);
    }
    problemIn(await client.call('POST', `/v1/pools/${name}/live`), 'method-not-allowed', 405);
    const head = await client.call('HEAD', `/v1/pools/${name}/live`);
    expect([head.status, head.body]).toEqual([200, '']);
    expect(head.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  });

  test('say that they are alive, and are counted while they are', async () => {
    const { client, stack } = open();
    const api = await stack.startApi({ live: { commentMilliseconds: 100, checkMilliseconds: 50 } });
    const { name } = await client.createPool();
    const live = await follow(`/v1/pools/${name}/live`, {}, api.url);
    await eventually(() => live.comments > 2);
    const listeners = async () => {
      const metrics = await (await fetch(`${api.url}/metrics`)).text();
      return /boxoffice_live_listeners\{view="availability"\} (\d+)/.exec(metrics)?.[1];
    };
    expect(await listeners()).toBe('1');
    live.close();
    await eventually(async () => (await listeners()) === '0');
    const [line] = api.logs.filter(({ route }) => route === '/v1/pools/{name}/live');
    expect(line).toMatchObject({ status: 200 });
    await api.stop();
  });

  test('are as many as there are places for', async () => {
    const { client, stack } = open();
    const api = await stack.startApi({ live: { listeners: 3, withKey: 2, withoutKey: 1 } });
    const { name } = await client.createPool();
    const path = `/v1/pools/${name}/live`;
    const first = await follow(path, {}, api.url);
    const tooMany = await follow(path, {}, api.url);
    expect([tooMany.status, tooMany.headers['content-type']]).toEqual([429, 'application/problem+json; charset=utf-8']);
    expect(Number(tooMany.headers['retry-after'])).toBeGreaterThan(0);
    expect((await follow(path, asShop, api.url)).status).toBe(200);
    expect((await follow(path, asShop, api.url)).status).toBe(200);
    const full = await follow(path, { Authorization: `Bearer ${keys.gate}` }, api.url);
    expect(full.status).toBe(503);
    expect(Number(full.headers['retry-after'])).toBeGreaterThan(0);
    first.close();
    await eventually(async () => {
      const again = await LiveClient.open(`${api.url}${path}`);
      again.close();
      return again.status === 200;
    });
    await api.stop();
  });

  test('end whole when the API stops, and do not hold it up', async () => {
    const { client, stack } = open();
    const api = await stack.startApi();
    const { name } = await client.createPool();
    const { id } = await client.reserve(name);
    const both = [
      await follow(`/v1/pools/${name}/live`, {}, api.url),
      await follow(`/v1/purchases/${id}/live`, asShop, api.url),
    ];
    for (const each of both) await eventually(() => each.events.length > 0);
    const began = performance.now();
    await api.stop();
    expect(performance.now() - began).toBeLessThan(STOPS_WITHIN_MS);
    await eventually(() => both.every(({ ended }) => ended === 'whole'));
    expect(purchaseIn(await client.call('GET', `/v1/purchases/${id}`, { as: 'shop' })).id).toBe(id);
  });
});
