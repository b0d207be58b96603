import { SharedReads, sharedReadLimits } from '../../api/shared-reads';
import { StoreUnavailable } from '../../src/store';
import { problemIn } from '../support/api-client';
import { keys } from '../support/box-office-stack';
import { eventually } from '../support/eventually';
import { describeBoxOffice } from './box-office';

describeBoxOffice('reading a pool', (open) => {
  test('gives the same by the short way and by that of every route', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const headersOf = (headers: Headers) =>
      [...headers].filter(([header]) => !['date', 'x-request-id', 'ratelimit'].includes(header));
    const ways = [`/v1/pools/${name}`, `/v1/pools/${name}?by=hand`, `/V1/pools/${name}`, `/v1/pools/${name}/`];
    const [plain, ...others] = await Promise.all(ways.map((path) => client.call('GET', path)));
    for (const other of others) {
      expect(other.body).toEqual(plain?.body);
      expect(headersOf(other.headers)).toEqual(headersOf(plain?.headers ?? new Headers()));
    }
    const nobody = await Promise.all(['', '?by=hand'].map((end) => client.call('GET', `/v1/pools/of-nobody${end}`)));
    const [short, long] = nobody.map((answer) => problemIn(answer, 'not-found', 404));
    expect(long).toEqual({ ...short, instance: '/v1/pools/of-nobody?by=hand' });
    for (const end of ['', '?by=hand']) {
      const unknown = await client.call('GET', `/v1/pools/${name}${end}`, { headers: { Authorization: 'Bearer no' } });
      problemIn(unknown, 'unauthorized', 401);
      expect((await client.call('GET', `/v1/pools/${name}${end}`, { as: 'gate' })).status).toBe(200);
    }
  });

  test('is logged, measured and limited', async () => {
    const { client, stack } = open();
    const { name } = await client.createPool();
    const api = await stack.startApi({ rateLimits: { withKey: 3, withoutKey: 2 } });
    const read = (headers: Record<string, string> = {}) => fetch(`${api.url}/v1/pools/${name}`, { headers });
    const first = await read({ 'X-Request-Id': 'a-plain-read' });
    expect(first.headers.get('ratelimit')).toBe('"2-in-10sec"; r=1; t=10');
    expect(first.headers.get('ratelimit-policy')).toMatch(/^"2-in-10sec"; q=2; w=10; pk=:[\w+/=]+:$/);
    await read();
    const refused = await read();
    expect([refused.status, refused.headers.get('content-type')]).toEqual([
      429,
      'application/problem+json; charset=utf-8',
    ]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await read({ Authorization: `Bearer ${keys.shop}` })).status).toBe(200);
    // Behind a proxy of this machine, each address has limits of its own; what the address says of others is not believed.
    for (const [forwarded, status] of [
      ['203.0.113.1', 200],
      ['203.0.113.1', 200],
      ['203.0.113.1', 429],
      ['203.0.113.2', 200],
      ['203.0.113.2, 203.0.113.1, 127.0.0.1', 429],
    ] as const) {
      expect([forwarded, (await read({ 'X-Forwarded-For': forwarded })).status]).toEqual([forwarded, status]);
    }
    const line = await eventually(() => api.logs.find(({ requestId }) => requestId === 'a-plain-read') ?? false);
    expect(line).toMatchObject({ method: 'GET', route: '/v1/pools/{name}', status: 200 });
    const metrics = await (await fetch(`${api.url}/metrics`)).text();
    expect(metrics).toMatch(/seconds_count\{method="GET",route="\/v1\/pools\/\{name\}",status="200"\} \d/);
    await api.stop();
  });

  test('is answered for many names and readers at once, each with its own', async () => {
    const { client } = open();
    const pools = await Promise.all([1, 2, 3].map((capacity) => client.createPool({ capacity })));
    const reads = Array.from({ length: 90 }, (_, index) => pools[index % pools.length]);
    const found = await Promise.all(reads.map((pool) => client.pool(pool?.name ?? '')));
    expect(found).toEqual(reads);
  });
});

describe('shared reads', () => {
  function scene() {
    const queries: { names: readonly string[]; answer(views: object): void; fail(): void }[] = [];
    const reads = new SharedReads<number>(
      (names) =>
        new Promise((resolve, reject) => {
          const answer = (views: object) => resolve(new Map(Object.entries(views)));
          queries.push({ names, answer, fail: () => reject(new StoreUnavailable('away')) });
        }),
    );
    return { reads, queries };
  }

  it('ask once for all that come together, and never answer a read by a query that began before it', async () => {
    const { reads, queries } = scene();
    const early = [reads.read('a'), reads.read('a'), reads.read('b')];
    await eventually(() => queries.length === 1);
    const late = reads.read('a');
    await eventually(() => queries.length === 2);
    const [first, second] = queries;
    expect([first?.names, second?.names]).toEqual([['a', 'b'], ['a']]);
    first?.answer({ a: 1 });
    expect(await Promise.all(early)).toEqual([1, 1, undefined]);
    second?.answer({ a: 2 });
    expect(await late).toBe(2);
  });

  it('fail alone, where it is not the whole database that is away', async () => {
    const asked: string[] = [];
    const reads = new SharedReads<string>(async (names) => {
      asked.push(names.join(' '));
      if (names.includes('bad')) throw new Error('cannot be read');
      return new Map(names.map((name) => [name, name]));
    });
    const names = ['a', 'b', 'bad', 'c', 'd', 'e', 'f', 'g'];
    const settled = await Promise.allSettled(names.map((name) => reads.read(name)));
    for (const [index, name] of names.entries()) {
      const other = { status: 'fulfilled', value: name };
      expect(settled[index]).toEqual(name === 'bad' ? { status: 'rejected', reason: expect.any(Error) } : other);
    }
    expect(asked).toEqual(['a b bad c d e f g', 'a b bad c', 'a b', 'bad c', 'bad', 'c', 'd e f g']);
  });

  it('fail together where it is, and the next is asked again', async () => {
    const { reads, queries } = scene();
    const failing = Promise.allSettled([reads.read('a'), reads.read('b')]);
    await eventually(() => queries.length === 1);
    queries[0]?.fail();
    for (const { status } of await failing) expect(status).toBe('rejected');
    const again = reads.read('a');
    await eventually(() => queries.length === 2);
    queries[1]?.answer({ a: 3 });
    expect(await again).toBe(3);
  });

  it('keep to their limits of names and of queries', async () => {
    const { reads, queries } = scene();
    const names = Array.from({ length: sharedReadLimits.names * 3 }, (_, index) => `name-${index}`);
    const all = Promise.all(names.map((name) => reads.read(name)));
    await eventually(() => queries.length === sharedReadLimits.queries);
    for (let answered = 0; answered < 3; answered += 1) {
      const query = await eventually(() => queries[answered] ?? false);
      expect(queries.length - answered).toBeLessThanOrEqual(sharedReadLimits.queries);
      query.answer(Object.fromEntries(query.names.map((name) => [name, name])));
    }
    expect(await all).toEqual(names);
    expect(queries.map((query) => query.names.length)).toEqual(Array(3).fill(sharedReadLimits.names));
  });
});
