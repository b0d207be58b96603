import { problemIn } from '../support/api-client';
import { CartClient } from '../support/cart-client';
import { followed } from '../support/followed';
import { ShowClient } from '../support/show-client';
import { describeBoxOffice } from './box-office';
import { wrongCartCallers, wrongCartPlaces, wrongCarts } from './wrong-carts';
import { wrongBodies, wrongCallers, wrongPlaces } from './wrong-http';
import { wrongPools, wrongQueries, wrongSteering } from './wrong-pools';
import { wrongPayments, wrongPurchases } from './wrong-purchases';
import { wrongShowCalls, wrongShows } from './wrong-shows';
import type { Place, WrongRequest } from './wrong-values';

describeBoxOffice('what is wrong', (open) => {
  let place: Place;

  beforeAll(async () => {
    const { client } = open();
    const { name: pool } = await client.createPool();
    const { name: dollarPool } = await client.createPool({ price: { amount: 100, currency: 'USD' } });
    const { id: purchaseId } = await client.reserve(pool);
    const { id: cart } = await CartClient.of(client, { pool, quantity: 1 });
    const { name: show } = await new ShowClient(client).drafted();
    place = { pool, dollarPool, purchaseId, cart, show };
  });

  /** How much has been written, wherever it may be. */
  async function traces(): Promise<unknown> {
    await followed(open().stack.database);
    const { rows } = await open().stack.database.query(
      `SELECT (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM streams) AS streams,
         (SELECT count(*) FROM purchase_requests) AS requests,
         (SELECT count(*) FROM payment_requests) AS payment_requests, (SELECT count(*) FROM payment_simulator.payments) AS payments,
         (SELECT json_agg(a ORDER BY pool) FROM availability a) AS availability,
         (SELECT json_agg(p ORDER BY id) FROM purchases p) AS purchases`,
    );
    return rows;
  }

  const kinds: [string, (place: Place) => WrongRequest[]][] = [
    ['a pool', wrongPools],
    ["a promoter's command", wrongSteering],
    ['a purchase', wrongPurchases],
    ['a payment', wrongPayments],
    ['a cart', wrongCarts],
    ['the place of a cart', wrongCartPlaces],
    ['who asks for a cart', wrongCartCallers],
    ['a show', wrongShows],
    ['a call about a show', wrongShowCalls],
    ['a query', wrongQueries],
    ['a body', wrongBodies],
    ['a place', wrongPlaces],
    ['a caller', wrongCallers],
  ];

  test.each(kinds)('in %s gets its problem, and leaves no trace', async (_, requests) => {
    const before = await traces();
    const complaints: string[] = [];
    for (const { what, method = 'POST', path, call, slug, status, members = {} } of requests(place)) {
      const answer = await open().client.call(method, path, call);
      try {
        const problem = problemIn(answer, slug, status);
        expect(problem).toMatchObject({ ...members, instance: path });
        if (slug === 'validation-failed') expect(problem.errors).toEqual(expect.any(Array));
        if (slug === 'method-not-allowed') expect(what).toContain(`where ${answer.headers.get('allow')} is offered`);
        if (slug === 'unauthorized') expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      } catch (error) {
        complaints.push(`${what}: ${error instanceof Error ? error.message : error} ${JSON.stringify(answer.body)}`);
      }
    }
    expect(complaints).toEqual([]);
    expect(await traces()).toEqual(before);
  });

  test('is told in few words, however much of it there is', async () => {
    const { client } = open();
    const items = Array.from({ length: 20_000 }, () => 1);
    const headers = { 'Idempotency-Key': 'many' };
    const answer = await client.call('POST', '/v1/purchases', {
      as: 'shop',
      headers,
      body: { customerId: 'a', items },
    });
    expect((problemIn(answer, 'validation-failed', 422).errors as unknown[]).length).toBeLessThanOrEqual(20);
    const body = { [`x${'y'.repeat(90_000)}`]: 1 };
    const long = await client.call('POST', '/v1/pools', { as: 'promoter', body });
    expect(problemIn(long, 'validation-failed', 422).detail.length).toBeLessThan(5_000);
  });

  test('in the letters of an id is forgiven: capitals are as good', async () => {
    const { client } = open();
    expect((await client.purchase(place.purchaseId.toUpperCase())).id).toBe(place.purchaseId);
  });
});
