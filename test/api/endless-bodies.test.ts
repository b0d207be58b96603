import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { problemIn } from '../support/api-client';
import { keys } from '../support/box-office-stack';
import { eventually } from '../support/eventually';
import { chunk, head, RawClient } from '../support/raw-client';
import { describeBoxOffice } from './box-office';

const LIMIT_BYTES = 100 * 1024;
/** What the buffers on the way may hold beside what was read. */
const ON_THE_WAY_BYTES = 16 * 1024 * 1024;
/** Much less than a request may take, and than it took before it was given up. */
const CLOSES_WITHIN_MS = 10_000;

const asShop = { Authorization: `Bearer ${keys.shop}` };
const json = { 'Content-Type': 'application/json' };
const chunked = { 'Transfer-Encoding': 'chunked' };
const spaces = chunk(Buffer.alloc(8 * 1024, ' '));

describeBoxOffice('a body without an end', (open) => {
  const clients: RawClient[] = [];
  const connect = async () => {
    const client = await RawClient.open(open().client.url);
    clients.push(client);
    return client;
  };
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  /** Sends for as long as the connection lasts; gives how many bytes were sent. */
  async function sendWithoutEnd(client: RawClient, part = spaces, everyMilliseconds = 0): Promise<number> {
    let sent = 0;
    const began = performance.now();
    while (!client.closed && performance.now() - began < CLOSES_WITHIN_MS) {
      await client.send(part);
      sent += part.length;
      await pause(everyMilliseconds);
    }
    return sent;
  }

  function expectAnswer(client: RawClient, status: number, slug: string): void {
    expect(client.closed).toBe(true);
    expect(client.statuses).toEqual([status]);
    expect(client.answer).toMatch(/^connection: close\r$/im);
    expect(JSON.parse(client.body)).toMatchObject({ status, type: `/problems/${slug}` });
  }

  test('is answered 413 beyond the limit, and its connection closed', async () => {
    const client = await connect();
    await client.send(head('POST', '/v1/purchases', { ...asShop, ...json, ...chunked, 'Idempotency-Key': 'endless' }));
    expect(await sendWithoutEnd(client)).toBeLessThan(ON_THE_WAY_BYTES);
    expectAnswer(client, 413, 'payload-too-large');
  });

  test('is answered 413 beyond the limit as well where it comes slowly', async () => {
    const client = await connect();
    await client.send(head('POST', '/v1/purchases', { ...asShop, ...json, ...chunked, 'Idempotency-Key': 'slow' }));
    const sending = sendWithoutEnd(client, spaces, 20);
    await eventually(() => client.statuses.length > 0);
    await sending;
    expectAnswer(client, 413, 'payload-too-large');
  });

  test('is answered 413 where what is packed in it has no end, or unpacks to nothing', async () => {
    // Empty blocks, as gzip allows them: many bytes of nothing.
    const nothing = chunk(Buffer.from('000000ffff'.repeat(1_000), 'hex'));
    const begun = chunk(gzipSync('').subarray(0, 10));
    for (const part of [nothing, spaces]) {
      const client = await connect();
      const headers = { ...asShop, ...json, ...chunked, 'Content-Encoding': 'gzip', 'Idempotency-Key': 'gzip' };
      await client.send(head('POST', '/v1/purchases', headers));
      await client.send(begun);
      expect(await sendWithoutEnd(client, part)).toBeLessThan(ON_THE_WAY_BYTES);
      expectAnswer(client, 413, 'payload-too-large');
    }
  });

  test('is answered 413 where no body is taken at all', async () => {
    const { client: buyer } = open();
    const { name } = await buyer.createPool();
    const { id } = await buyer.reserve(name);
    const places = [
      ['GET', `/v1/pools/${name}`],
      ['GET', `/v1/pools/${name}/live`],
      ['GET', `/v1/purchases/${id}`],
      ['GET', '/health/live'],
      ['GET', '/docs'],
      ['GET', '/docs/swagger-ui.css'],
      ['GET', '/nowhere'],
      ['DELETE', `/v1/carts/${id}/items/${name}`],
    ] as const;
    for (const [method, path] of places) {
      const client = await connect();
      await client.send(head(method, path, { ...asShop, ...chunked }));
      expect(await sendWithoutEnd(client)).toBeLessThan(ON_THE_WAY_BYTES);
      expectAnswer(client, 413, 'payload-too-large');
    }
  });

  test('is closed behind the answer of who may not send it, or not there', async () => {
    const purchases = [
      [head('POST', '/v1/purchases', { ...json, ...chunked }), 401, 'unauthorized'],
      [head('POST', '/v1/pools', { ...asShop, ...json, ...chunked }), 403, 'forbidden'],
      [head('PUT', '/v1/pools', { ...asShop, ...chunked }), 405, 'method-not-allowed'],
      [head('POST', '/v1/purchases', { ...asShop, ...chunked, 'Content-Type': 'text/plain' }), 400, 'malformed-json'],
    ] as const;
    for (const [sent, status, slug] of purchases) {
      const client = await connect();
      await client.send(sent);
      expect(await sendWithoutEnd(client)).toBeLessThan(ON_THE_WAY_BYTES);
      expectAnswer(client, status, slug);
    }
  });

  test('that is announced as too long is answered before any of it came', async () => {
    for (const [method, path] of [
      ['POST', '/v1/purchases'],
      ['GET', '/v1/pools'],
    ] as const) {
      const client = await connect();
      await client.send(head(method, path, { ...asShop, ...json, 'Content-Length': String(LIMIT_BYTES + 1) }));
      await eventually(() => client.closed);
      expectAnswer(client, 413, 'payload-too-large');
    }
  });

  test('that is announced is not asked for where it is too long', async () => {
    const asking = { ...asShop, ...json, Expect: '100-continue', 'Idempotency-Key': 'asking' };
    for (const [length, statuses] of [
      [LIMIT_BYTES + 1, [413]],
      [2, [100, 422]],
    ] as const) {
      const client = await connect();
      await client.send(head('POST', '/v1/purchases', { ...asking, 'Content-Length': String(length) }));
      await eventually(() => client.statuses.length > 0);
      if (client.statuses[0] === 100) await client.send('{}');
      await eventually(() => client.statuses.length === statuses.length);
      expect(client.statuses).toEqual(statuses);
    }
  });

  test('is answered in its turn behind a request that waits', async () => {
    const { client: buyer } = open();
    const { id } = await buyer.reserve((await buyer.createPool()).name);
    const client = await connect();
    await client.send(head('GET', `/v1/purchases/${id}`, { ...asShop, Prefer: 'wait=2' }));
    await client.send(head('POST', '/v1/purchases', { ...asShop, ...json, ...chunked, 'Idempotency-Key': 'behind' }));
    expect(await sendWithoutEnd(client)).toBeLessThan(ON_THE_WAY_BYTES);
    expect(client.closed).toBe(true);
    expect(client.statuses).toEqual([200, 413]);
  });

  test('does not keep its answer from a client that reads only after it has sent some megabytes', async () => {
    const { client } = open();
    for (const megabytes of [1, 5]) {
      const rawBody = ' '.repeat(megabytes * 1024 * 1024);
      const answer = await client.call('POST', '/v1/purchases', { as: 'shop', rawBody });
      problemIn(answer, 'payload-too-large', 413);
    }
  });

  test('is none where it has one: what comes behind it on the same connection is answered', async () => {
    const client = await connect();
    const chunks = Buffer.concat([spaces, Buffer.from('0\r\n\r\n')]);
    const fixed = Buffer.alloc(50_000, ' ');
    const length = { 'Content-Length': String(fixed.length) };
    const requests: [string, Buffer, number][] = [
      [head('GET', '/v1/pools', chunked), chunks, 200],
      [head('GET', '/health/live', length), fixed, 200],
      [head('POST', '/v1/purchases', { ...json, ...length }), fixed, 401],
      [head('POST', '/v1/purchases', { ...asShop, ...json, ...chunked, 'Idempotency-Key': 'a' }), chunks, 400],
      [head('GET', '/nowhere', length), fixed, 404],
      [head('GET', '/health/live'), Buffer.alloc(0), 200],
    ];
    for (const [nth, [sent, body]] of requests.entries()) {
      await client.send(sent);
      await client.send(body);
      await eventually(() => client.statuses.length > nth);
    }
    expect(client.statuses).toEqual(requests.map(([, , status]) => status));
    expect(client.closed).toBe(false);
  });
});
