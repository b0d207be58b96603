import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ApiClient, purchaseIn } from '../support/api-client';
import { endConnections } from '../support/event-store';
import { eventually } from '../support/eventually';
import { databaseThrough, TcpProxy } from '../support/tcp-proxy';
import { describeBoxOffice } from './box-office';

describeBoxOffice('waiting for an outcome', (open) => {
  const order = (pool: string, prefer: string) =>
    open().client.call('POST', '/v1/purchases', {
      as: 'shop',
      headers: { 'Idempotency-Key': randomUUID(), Prefer: prefer },
      body: { customerId: 'alice', items: [{ pool, quantity: 1 }] },
    });

  const noWait = ['wait=0', 'wait=abc', 'wait=-1', 'wait=1.5', 'wait', 'wait=', 'respond-async', 'await=5', ''];
  test.each([...noWait, 'foo="a, wait=9"', 'foo; wait=9', 'wait, wait=9'])(
    'does not begin with Prefer: %s',
    async (prefer) => {
      const { name } = await open().client.createPool();
      const answer = await order(name, prefer);
      expect(answer.status).toBe(202);
      expect(answer.headers.get('preference-applied')).toBeNull();
    },
  );

  test.each([
    ['wait=5', 5],
    ['wait="5"', 5],
    ['WAIT = 5', 5],
    ['respond-async, wait=5; why=haste', 5],
    ['foo="a, wait=9", wait=5, wait=7', 5],
    ['wait=30', 30],
    ['wait=31', 30],
    ['wait=99999999999999999999', 30],
  ])('with Prefer: %s lasts %i seconds at the most', async (prefer, seconds) => {
    const { name } = await open().client.createPool();
    const answer = await order(name, prefer);
    expect(purchaseIn(answer, 201).status).toBe('reserved');
    expect(answer.headers.get('preference-applied')).toBe(`wait=${seconds}`);
  });

  test('asks the database nothing until there is something to see', async () => {
    const { client, stack } = open();
    const proxy = await TcpProxy.to(new URL(stack.databaseUrl).host);
    const api = await stack.startApi({ databaseUrl: databaseThrough(proxy, stack.databaseUrl) });
    try {
      const { id } = await client.reserve((await client.createPool()).name);
      const waiting = Promise.all(Array.from({ length: 50 }, () => new ApiClient(api).purchase(id, 20)));
      const silence = async () => {
        const before = proxy.sent;
        await pause(1_000);
        return before > 0 && proxy.sent === before;
      };
      await eventually(silence);
      expect(await silence()).toBe(true);
      await client.pay(id);
      for (const { status } of await waiting) expect(['paying', 'confirmed']).toContain(status);
    } finally {
      await api.stop();
      await proxy.close();
    }
  });

  test('ends without a change when its time is over', async () => {
    const { client } = open();
    const reserved = await client.reserve((await client.createPool()).name);
    const began = performance.now();
    expect(await client.purchase(reserved.id, 1)).toEqual(reserved);
    expect(performance.now() - began).toBeGreaterThan(950);
  });

  test('begins from what is known already', async () => {
    const { client } = open();
    const { id } = await client.reserve((await client.createPool()).name);
    const look = (headers: Record<string, string>) =>
      client.call('GET', `/v1/purchases/${id}`, { as: 'shop', headers });
    const known = (await look({})).headers.get('etag') ?? '';
    expect((await look({ 'If-None-Match': known })).status).toBe(304);
    expect((await look({ 'If-None-Match': known, Prefer: 'wait=1' })).status).toBe(304);
    await client.pay(id);
    const began = performance.now();
    const news = await look({ 'If-None-Match': known, Prefer: 'wait=20' });
    expect(purchaseIn(news).status).toBe('confirmed');
    expect(purchaseIn(await look({ Prefer: 'wait=20' })).status).toBe('confirmed');
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  test('outlasts the loss of the connection by which word of commits comes', async () => {
    const { client, stack } = open();
    const { name } = await client.createPool();
    const { id } = await client.reserve(name);
    const waiting = Array.from({ length: 5 }, () => client.purchase(id, 20));
    const ended = await eventually(() => endConnections(stack.databaseUrl, 'LISTEN'));
    expect(ended).toBeGreaterThan(0);
    expect(purchaseIn(await client.pay(id))).toMatchObject({ status: 'confirmed' });
    for (const { status } of await Promise.all(waiting)) expect(['paying', 'confirmed']).toContain(status);
    await client.reserve(name);
  });
});
