import { ApiClient, problemIn } from '../support/api-client';
import { keys } from '../support/box-office-stack';
import { eventually } from '../support/eventually';
import { describeBoxOffice } from './box-office';

describeBoxOffice('access to the API', (open) => {
  test('is given to an operator everywhere', async () => {
    const { client } = open();
    const body = { name: 'of-the-house', capacity: 2, price: { amount: 100, currency: 'EUR' } };
    expect(await client.call('POST', '/v1/pools', { as: 'operator', body })).toMatchObject({ status: 201 });
    const { name } = await client.createPool();
    const order = { customerId: 'alice', items: [{ pool: name, quantity: 1 }] };
    const headers = { 'Idempotency-Key': 'of-the-operator', Prefer: 'wait=10' };
    const bought = await client.call('POST', '/v1/purchases', { as: 'operator', headers, body: order });
    expect(bought.status).toBe(201);
    const stop = await client.call('POST', `/v1/pools/${name}/stop`, { as: 'operator', body: { reason: 'safety' } });
    expect(stop).toMatchObject({ status: 200, body: { status: 'stopped' } });
    const sales = await client.call('GET', `/v1/analytics/sales-by-day?pool=${name}`, { as: 'operator' });
    expect(sales).toMatchObject({ status: 200, body: { days: {}, currency: 'EUR' } });
  });

  test('is free for those who only look at pools, prices, health and docs', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const paths = [
      '/v1/pools',
      `/v1/pools/${name}`,
      `/v1/pools/${name}/price`,
      '/health/live',
      '/health/ready',
      '/openapi.json',
      '/docs',
    ];
    for (const path of paths) expect([path, (await client.call('GET', path)).status]).toEqual([path, 200]);
    const head = await client.call('HEAD', `/v1/pools/${name}`);
    expect(head).toMatchObject({ status: 200, body: '' });
  });

  test('keeps a connection for longer than a proxy in front of it does', async () => {
    const { client } = open();
    const { headers } = await client.call('GET', '/health/live');
    const [, seconds] = /timeout=(\d+)/.exec(headers.get('keep-alive') ?? '') ?? [];
    expect(Number(seconds)).toBeGreaterThan(60);
  });

  test('to metrics is free on the same machine, and else an operator’s', async () => {
    const { client } = open();
    await client.createPool();
    const metrics = await client.call('GET', '/metrics');
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(metrics.body).toContain(
      'boxoffice_http_request_seconds_count{method="POST",route="/v1/pools",status="201"}',
    );
    expect(metrics.body).toContain('process_cpu_seconds_total');
    const headers = { 'X-Forwarded-For': '203.0.113.7' };
    problemIn(await client.call('GET', '/metrics', { headers }), 'unauthorized', 401);
    problemIn(await client.call('GET', '/metrics', { headers, as: 'shop' }), 'forbidden', 403);
    expect((await client.call('GET', '/metrics', { headers, as: 'operator' })).status).toBe(200);
  });

  test('is limited in its rate, for each key and for each address without one', async () => {
    const { stack } = open();
    const api = await stack.startApi({ rateLimits: { withKey: 5, withoutKey: 3 } });
    const client = new ApiClient(api);
    const look = async (as?: 'shop' | 'gate', headers = {}) => {
      const answer = await client.call('GET', '/v1/pools', { headers, ...(as && { as }) });
      if (answer.status === 429) {
        problemIn(answer, 'too-many-requests', 429);
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(10);
      }
      return answer.status;
    };
    const statuses: number[] = [];
    for (let count = 0; count < 7; count += 1) statuses.push(await look('shop'));
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
    expect(await look('gate')).toBe(200);
    // Guessing keys counts as well.
    const guesses: number[] = [];
    for (let count = 0; count < 5; count += 1)
      guesses.push(await look(undefined, { Authorization: `Bearer sk_${count}` }));
    expect(guesses).toEqual([401, 401, 401, 429, 429]);
    expect(await look()).toBe(429);
    expect((await client.call('GET', '/health/live')).status).toBe(200);
    await api.stop();
  });
});

describeBoxOffice('the log', (open) => {
  test('tells of each request its id and its purchase, and never a key or a token', async () => {
    const { stack } = open();
    const api = await stack.startApi();
    const client = new ApiClient(api);
    const { name } = await client.createPool();
    const requestId = 'till-7:order.42_a-b';
    const order = { customerId: 'alice', items: [{ pool: name, quantity: 1 }] };
    const headers = { 'X-Request-Id': requestId, 'Idempotency-Key': 'secret-of-till-7', Prefer: 'wait=10' };
    const bought = await client.call('POST', '/v1/purchases', { as: 'shop', headers, body: order });
    expect(bought.headers.get('x-request-id')).toBe(requestId);
    const { id } = bought.body as { id: string };
    const token = 'tok_very_secret_4242';
    const declined = await client.pay(id, { token });
    const given = declined.headers.get('x-request-id');
    expect(given).toMatch(/^[0-9a-f-]{36}$/);
    problemIn(
      await client.call('POST', '/v1/purchases', { as: 'shop', rawBody: `{"token":"${token}` }),
      'malformed-json',
      400,
    );
    for (const bad of ['a b', 'x'.repeat(129), 'é']) {
      const answer = await client.call('GET', '/v1/pools', { headers: { 'X-Request-Id': bad } });
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
    problemIn(await client.call('GET', `/v1/pools?key=${keys.shop}`), 'validation-failed', 422);

    const line = (wanted: string | null) =>
      eventually(() => api.logs.find((each) => each.requestId === wanted) ?? false);
    expect(await line(requestId)).toMatchObject({
      msg: 'request',
      method: 'POST',
      route: '/v1/purchases',
      status: 201,
      purchaseId: id,
      subject: 'shop:web',
      process: 'api',
    });
    expect(await line(given)).toMatchObject({ route: '/v1/purchases/{id}/payment', status: 402, purchaseId: id });
    const everything = JSON.stringify(api.logs) + JSON.stringify(stack.workerLogs);
    for (const secret of [...Object.values(keys), token, 'secret-of-till-7', stack.databaseUrl]) {
      expect(everything).not.toContain(secret);
    }
  });

  test('tells what went wrong unplanned, under the id that the customer is given', async () => {
    const { stack } = open();
    const api = await stack.startApi();
    const client = new ApiClient(api);
    const { name } = await client.createPool();
    await stack.database.query('ALTER TABLE purchase_requests RENAME TO mislaid');
    try {
      const answer = await client.buy(name);
      const problem = problemIn(answer, 'internal', 500);
      expect(problem.requestId).toBe(answer.headers.get('x-request-id'));
      expect(JSON.stringify(problem)).not.toMatch(/relation|mislaid|purchase_requests|node_modules|at /);
      const logged = await eventually(
        () => api.logs.find(({ requestId, err }) => err && requestId === problem.requestId) ?? false,
      );
      expect(JSON.stringify(logged)).toContain('purchase_requests');
    } finally {
      await stack.database.query('ALTER TABLE mislaid RENAME TO purchase_requests');
    }
  });
});
