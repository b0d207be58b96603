import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { keys } from '../support/box-office-stack';
import { CartClient } from '../support/cart-client';
import { LiveClient } from '../support/live-client';
import { ShowClient } from '../support/show-client';
import { describeBoxOffice } from './box-office';
import { type Caller, type Case, type Thing, type Verdict, whoMay } from './who-may';

/** Those who make nothing come first, so that what they were refused can be seen not to have happened. */
const strangers: readonly Caller[] = ['nobody', 'otherShop', 'otherPromoter', 'gate'];
const owners: readonly Caller[] = ['promoter', 'shop', 'operator'];

describeBoxOffice('who may do what', (open) => {
  let pool: string;
  beforeAll(async () => {
    pool = (await open().client.createPool({ capacity: undefined, seats: seatsOf(100) })).name;
  });

  const makers: Readonly<Record<Thing, () => Promise<string>>> = {
    nothing: async () => '',
    purchase: async () => (await open().client.reserve(pool)).id,
    customer: async () => (await open().client.reserve(pool)).customerId,
    cart: async () => (await CartClient.of(open().client, pool)).id,
    pool: async () => (await open().client.createPool({ capacity: undefined, seats: seatsOf(10) })).name,
    show: async () => (await new ShowClient(open().client).published()).name,
    draft: async () => (await new ShowClient(open().client).drafted()).name,
    stream: async () => `pool-${pool}`,
  };

  /** Every committed event of what was made, which a refused command leaves as they are. */
  async function eventsOf(thing: Thing, name: string): Promise<unknown> {
    const stream = thing === 'draft' ? `show-${name}` : `${thing}-${name}`;
    const { rows } = await open().stack.database.query('SELECT type FROM events WHERE stream = $1', [stream]);
    return rows;
  }

  async function ask(route: string, { query, body, fromAfar }: Case, name: string, caller: Caller): Promise<Verdict> {
    const [method = '', template = ''] = route.split(' ');
    const path = template.replace('{pool}', pool).replace(/\{\w+\}/, encodeURIComponent(name)) + (query?.(name) ?? '');
    const headers = {
      ...(caller === 'nobody' ? {} : { Authorization: `Bearer ${keys[caller]}` }),
      ...(fromAfar && { 'X-Forwarded-For': '203.0.113.7' }),
      'Idempotency-Key': randomUUID(),
    };
    const { client } = open();
    const sent = body && { ...body(), ...(route === 'POST /v1/carts/{id}/items' && { pool }) };
    const answered = template.endsWith('/live')
      ? await headOf(`${client.url}${path}`, headers)
      : await client.call(method, path, { headers, ...(sent && { body: sent }) });
    const { status } = answered;
    expect(status).toBeLessThan(500);
    return status === 401 || status === 403 || status === 404 ? status : 'in';
  }

  test('is said of every route that there is', async () => {
    const { body } = await open().client.call('GET', '/openapi.json');
    const { paths } = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) }).parse(body);
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(Object.keys(whoMay).sort()).toEqual(routes.sort());
  });

  const cases = Object.entries(whoMay).flatMap(([route, all]) => all.map((each) => ({ route, ...each })));
  test.each(cases)('holds of $route of a $of', async ({ route, ...each }) => {
    const name = await makers[each.of]();
    const before = await eventsOf(each.of, name);
    const heard: Partial<Record<Caller, Verdict>> = {};
    for (const caller of strangers) heard[caller] = await ask(route, each, name, caller);
    expect(await eventsOf(each.of, name)).toEqual(before);
    for (const caller of owners) heard[caller] = await ask(route, each, await makers[each.of](), caller);
    expect(heard).toEqual(each.may);
  });
});

const seatsOf = (count: number) => Array.from({ length: count }, (_, nth) => `A-${nth + 1}`);

async function headOf(url: string, headers: Readonly<Record<string, string>>): Promise<{ status: number }> {
  const live = await LiveClient.open(url, headers);
  live.close();
  return live;
}
