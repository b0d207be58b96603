import Ajv2020 from 'ajv/dist/2020';
import { CartClient } from '../support/cart-client';
import { newShow, ShowClient } from '../support/show-client';
import { describeBoxOffice } from './box-office';

type Operation = {
  summary?: string;
  security?: unknown[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { description?: string; content?: Record<string, { schema: object }> }>;
};
type OpenApi = {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; securitySchemes: object };
};

/** What the contract offers now, as `METHOD path`. */
const offered = [
  'POST /v1/pools',
  'GET /v1/pools',
  'GET /v1/pools/{name}',
  'GET /v1/pools/{name}/live',
  'GET /v1/pools/{name}/price',
  'GET /v1/pools/{name}/price-curve',
  'POST /v1/pools/{name}/pricing-backtest',
  'GET /v1/pools/{name}/seats',
  'POST /v1/pools/{name}/stop',
  'POST /v1/pools/{name}/resume',
  'POST /v1/pools/{name}/reprice',
  'POST /v1/pools/{name}/withhold',
  'POST /v1/pools/{name}/give-back',
  'POST /v1/pools/{name}/cancel',
  'POST /v1/shows',
  'GET /v1/shows',
  'GET /v1/shows/{name}',
  'POST /v1/shows/{name}/change',
  'POST /v1/shows/{name}/publish',
  'POST /v1/shows/{name}/open',
  'POST /v1/shows/{name}/close',
  'POST /v1/shows/{name}/cancel',
  'POST /v1/purchases',
  'GET /v1/purchases/{id}',
  'GET /v1/purchases/{id}/live',
  'GET /v1/purchases/{id}/timeline',
  'POST /v1/purchases/{id}/payment',
  'POST /v1/purchases/{id}/cancel',
  'GET /v1/customers/{id}/purchases',
  'POST /v1/carts',
  'GET /v1/carts/{id}',
  'GET /v1/carts/{id}/live',
  'POST /v1/carts/{id}/items',
  'PUT /v1/carts/{id}/items/{pool}',
  'DELETE /v1/carts/{id}/items/{pool}',
  'POST /v1/carts/{id}/undo',
  'POST /v1/carts/{id}/checkout',
  'GET /v1/analytics/pools/{name}',
  'GET /v1/analytics/revenue',
  'GET /v1/analytics/shows/{name}',
  'GET /v1/analytics/sales-by-day',
  'GET /v1/streams/{stream}',
  'GET /v1/operations/attention',
  'GET /health/live',
  'GET /health/ready',
  'GET /metrics',
];

describeBoxOffice('the documentation', (open) => {
  const document = async () => (await open().client.call('GET', '/openapi.json')).body as OpenApi;

  test('describes every route of the contract, and no other', async () => {
    const { paths, openapi } = await document();
    expect(openapi).toBe('3.1.0');
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual([...offered].sort());
  });

  test('says of every operation what it needs, what it gives and what can go wrong', async () => {
    const { paths, components } = await document();
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'openapi', components });
    const resolved = (schema: object) => JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/'));
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, { summary, responses, requestBody, security }] of Object.entries(methods)) {
        expect([path, summary]).toEqual([path, expect.stringMatching(/^\S.{5,}/)]);
        expect(Object.keys(responses).some((status) => status.startsWith('2'))).toBe(true);
        for (const [status, { description, content }] of Object.entries(responses)) {
          expect([path, status, description]).toEqual([path, status, expect.stringMatching(/\S/)]);
          for (const [type, { schema }] of Object.entries(content ?? {})) {
            expect(() => ajv.compile(resolved(schema))).not.toThrow();
            if (Number(status) >= 400 && path !== '/health/ready') expect(type).toBe('application/problem+json');
          }
        }
        if (method === 'post') expect([path, requestBody]).toEqual([path, expect.anything()]);
        const isOpen = /^\/(health|metrics)|^\/v1\/(pools|shows)/.test(path) && method === 'get';
        expect([path, method, security]).toEqual([path, method, isOpen ? [] : [{ key: [] }]]);
      }
    }
  });

  test('describes requests as they are taken', async () => {
    const { paths, components } = await document();
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'openapi', components });
    const check = (operation: Operation | undefined, body: unknown) => {
      const [schema] = Object.values(operation?.requestBody?.content ?? {}).map((each) => each.schema);
      const validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/')));
      expect([validate(body), validate.errors]).toEqual([true, null]);
    };
    const price = { amount: 5_000, currency: 'EUR' };
    const rows = [
      { row: 'Parkett A', first: 1, last: 9 },
      { row: '', seats: ['1', '1a'] },
    ];
    check(paths['/v1/pools']?.post, { name: 'gig', title: 'L’Été & Co.', seats: ['A-1', 'Loge/2-3'], price });
    const sections = [{ name: 'stalls', title: 'Parkett', rows, price }];
    const show = newShow({ description: 'First line\nand second', refundPolicy: 'none', sections });
    check(paths['/v1/shows']?.post, show);
    check(paths['/v1/shows/{name}/change']?.post, { title: show.title, opensAt: null });
    check(paths['/v1/shows/{name}/cancel']?.post, { reason: 'the singer is ill' });
    check(paths['/v1/purchases']?.post, { customerId: 'älice@example', items: [{ pool: 'gig', seats: ['A-1'] }] });
  });

  test('describes answers as they are', async () => {
    const { client } = open();
    const { paths, components } = await document();
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'openapi', components });
    const check = (operation: Operation | undefined, status: number, body: unknown) => {
      const response = operation?.responses[status]?.content ?? {};
      const [schema] = Object.values(response).map((each) => each.schema);
      const validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/')));
      expect([validate(body), validate.errors]).toEqual([true, null]);
    };
    const soldOut = await client.createPool({ capacity: 1 });
    await client.reserve(soldOut.name);
    const pool = await client.createPool();
    check(paths['/v1/pools']?.post, 201, pool);
    const { body } = await client.call('GET', '/v1/pools');
    check(paths['/v1/pools']?.get, 200, body);
    const { id } = await client.reserve(pool.name);
    check(paths['/v1/purchases/{id}/payment']?.post, 402, (await client.pay(id, { token: 'tok_declined' })).body);
    check(paths['/v1/purchases/{id}/payment']?.post, 200, (await client.pay(id)).body);
    check(paths['/v1/purchases/{id}']?.get, 200, await client.purchase(id));
    const timeline = await client.call('GET', `/v1/purchases/${id}/timeline`, { as: 'shop' });
    check(paths['/v1/purchases/{id}/timeline']?.get, 200, timeline.body);
    const cart = await CartClient.of(client, pool.name, { pool: soldOut.name, quantity: 1, maxUnitPrice: pool.price });
    check(paths['/v1/carts/{id}']?.get, 200, await cart.show());
    const { body: changed } = await cart.change(pool.name, { quantity: 1, bestAvailable: true });
    check(paths['/v1/carts/{id}/items/{pool}']?.put, 200, changed);
    check(paths['/v1/carts/{id}/checkout']?.post, 409, (await cart.checkout()).body);
    check(paths['/v1/carts/{id}/items/{pool}']?.delete, 200, (await cart.remove(soldOut.name)).body);
    check(paths['/v1/carts/{id}/checkout']?.post, 201, (await cart.checkout()).body);
    check(paths['/v1/carts/{id}/undo']?.post, 409, (await cart.undo()).body);
    check(paths['/v1/purchases']?.post, 409, (await client.buy(soldOut.name)).body);
    const figures = await client.call('GET', `/v1/analytics/pools/${pool.name}`, { as: 'promoter' });
    check(paths['/v1/analytics/pools/{name}']?.get, 200, figures.body);
    const shows = new ShowClient(client);
    const sections = [{ name: 'stalls', rows: [{ row: 'A', first: 1, last: 9 }], price: pool.price }];
    const draft = await shows.draft({ sections });
    check(paths['/v1/shows']?.post, 201, draft.body);
    const { name } = await shows.published({ sections });
    check(paths['/v1/shows']?.get, 200, (await shows.list()).body);
    check(paths['/v1/shows/{name}']?.get, 200, (await shows.look(name)).body);
    check(paths['/v1/shows/{name}/publish']?.post, 200, (await shows.steer(name, 'publish')).body);
    const numbered = `${name}--stalls`;
    check(paths['/v1/pools/{name}/seats']?.get, 200, (await client.call('GET', `/v1/pools/${numbered}/seats`)).body);
    check(paths['/v1/pools/{name}']?.get, 200, (await client.call('GET', `/v1/pools/${numbered}`)).body);
    const ofShow = await client.call('GET', `/v1/analytics/shows/${name}`, { as: 'promoter' });
    check(paths['/v1/analytics/shows/{name}']?.get, 200, ofShow.body);
    check(paths['/health/ready']?.get, 200, (await client.call('GET', '/health/ready')).body);
  });

  test('is read and tried out at /docs, without anything from elsewhere', async () => {
    const { client } = open();
    const page = await client.call('GET', '/docs');
    const front = await client.call('GET', '/');
    expect(front.body).toBe(page.body);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const linked = [...String(page.body).matchAll(/(?:href|src)="([^"]+)"/g)].map(([, link]) => link ?? '');
    expect(linked).toHaveLength(3);
    for (const link of linked) {
      expect(link).toMatch(/^\/docs\//);
      const answer = await client.call('GET', link);
      expect([link, answer.status]).toEqual([link, 200]);
      expect(answer.headers.get('content-type')).toMatch(/^text\/(css|javascript)/);
    }
  });

  test('and all other answers come with headers that keep browsers careful', async () => {
    const { client } = open();
    for (const path of ['/docs', '/v1/pools', '/v1/pools/nowhere']) {
      const { headers } = await client.call('GET', path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
      expect(headers.get('strict-transport-security')).toMatch(/max-age=/);
      expect(headers.get('x-powered-by')).toBeNull();
      const policy = headers.get('content-security-policy');
      expect(policy).toContain("default-src 'self'");
      // Over plain HTTP a page with this would load nothing.
      expect(policy).not.toContain('upgrade-insecure-requests');
    }
  });
});
