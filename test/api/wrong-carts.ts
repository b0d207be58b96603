import { randomUUID } from 'node:crypto';
import type { KeyHolder } from '../support/box-office-stack';
import { each, notNumbers, notTexts, type Place, texts, tooLong, type WrongRequest } from './wrong-values';

const as = 'shop';
const absent = { slug: 'not-found', status: 404 } as const;
const refused = { slug: 'validation-failed', status: 422 } as const;
const seats = ['A-1'];

/** What is no line, wherever it stands in a body. */
function wrongLines(
  request: { method?: string; path: string; as: typeof as },
  good: object,
  { pool }: Place,
): WrongRequest[] {
  const having = (field: string) => (value: unknown) => ({ ...good, [field]: value });
  const instead = (value: unknown) => ({ ...good, quantity: undefined, seats: value });
  const bounds = { slug: 'invalid-quantity', status: 422, members: { min: 1, max: 4, pool } } as const;
  const notSeats = { 'a text': 'A-1', empty: [], 'a number': [1], twice: ['A-1', 'A-1'] };
  const notMoney = { 'a number': 5, nothing: { amount: 0, currency: 'EUR' }, 'no currency': { amount: 5 } };
  return [
    ...each(request, 'quantity', { ...notNumbers, fraction: 1.5, 'too big': 1e308 }, having('quantity')),
    ...each(request, 'quantity', { zero: 0, negative: -1, 'too many': 5 }, having('quantity'), bounds),
    ...each(request, 'seats', notSeats, instead),
    ...each(request, 'quantity', { 'given with seats': seats }, having('seats')),
    ...each(request, 'seats', { 'given where none are numbered': seats }, instead),
    ...each(request, 'bestAvailable', { 'a text': 'yes', null: null }, having('bestAvailable')),
    ...each(request, 'maxUnitPrice', notMoney, having('maxUnitPrice')),
    ...each(request, 'maxUnitPrice.currency', { another: { amount: 5, currency: 'USD' } }, having('maxUnitPrice')),
    ...each(request, 'body', { 'given an unknown field': 5 }, having('colour'), refused),
  ];
}

export function wrongCarts(place: Place): WrongRequest[] {
  const { pool, dollarPool, cart } = place;
  const path = `/v1/carts/${cart}`;
  const add = { path: `${path}/items`, as } as const;
  const change = { method: 'PUT', path: `${path}/items/${pool}`, as } as const;
  const line = { pool, quantity: 1 };
  const withPool = (value: unknown) => ({ quantity: 1, pool: value });
  const checkout = (what: string, headers: Record<string, string>, problem: Pick<WrongRequest, 'slug' | 'status'>) => ({
    what: `that checks out ${what}`,
    path: `${path}/checkout`,
    call: { as, headers } as const,
    ...problem,
  });
  return [
    ...each(
      { path: '/v1/carts', as },
      'customerId',
      { ...notTexts, ...texts, ...tooLong(200), missing: undefined },
      (customerId) => ({ customerId }),
    ),
    ...each(
      { path: '/v1/carts', as },
      'body',
      { 'given lines': [line] },
      (items) => ({ customerId: 'alice', items }),
      refused,
    ),
    ...wrongLines(add, line, place),
    ...wrongLines(change, { quantity: 1 }, place),
    ...each(add, 'pool', { ...notTexts, ...texts, ...tooLong(63), missing: undefined }, withPool),
    ...each(add, 'pool', { unknown: `no-${randomUUID()}` }, withPool, absent),
    ...each(change, 'body', { 'given another pool': dollarPool }, withPool, refused),
    ...each({ path: `${path}/undo`, as }, 'body', { 'given a number of steps': 2 }, (steps) => ({ steps }), refused),
    checkout('without a key', {}, { slug: 'idempotency-key-missing', status: 400 }),
    checkout('under a long key', { 'Idempotency-Key': 'k'.repeat(256) }, refused),
  ];
}

/** Where no cart is, no line, or not this method. */
export function wrongCartPlaces({ cart, pool, dollarPool }: Place): WrongRequest[] {
  const nowhere = (method: string, path: string, body?: object): WrongRequest => ({
    what: `${method} ${path}`,
    method,
    path,
    call: { as, ...(body && { body }), headers: { 'Idempotency-Key': randomUUID() } },
    ...absent,
  });
  const wrongMethod = (method: string, path: string, allow: string): WrongRequest => ({
    what: `${method} ${path.replace(cart, '{id}')}, where ${allow} is offered`,
    method,
    path,
    call: { as: 'operator' },
    slug: 'method-not-allowed',
    status: 405,
  });
  const ids = ['1', 'abc', '%00', '%', randomUUID(), `${randomUUID()}0`];
  const carts = ids.map((id) => `/v1/carts/${id}`);
  const line = { pool, quantity: 1 };
  const path = `/v1/carts/${cart}`;
  return [
    ...carts.flatMap((each) => [
      nowhere('GET', each),
      nowhere('GET', `${each}/live`),
      nowhere('POST', `${each}/items`, line),
      nowhere('PUT', `${each}/items/${pool}`, { quantity: 1 }),
      nowhere('DELETE', `${each}/items/${pool}`),
      nowhere('POST', `${each}/undo`),
      nowhere('POST', `${each}/checkout`),
    ]),
    ...['GIG', 'a_b', '%00', '%', 'x'.repeat(64), `no-${randomUUID()}`, dollarPool].flatMap((name) => [
      nowhere('PUT', `${path}/items/${name}`, { quantity: 1 }),
      nowhere('DELETE', `${path}/items/${name}`),
    ]),
    wrongMethod('GET', '/v1/carts', 'POST'),
    wrongMethod('DELETE', path, 'GET, HEAD'),
    wrongMethod('GET', `${path}/items`, 'POST'),
    wrongMethod('POST', `${path}/items/a`, 'PUT, DELETE'),
    wrongMethod('PUT', `${path}/undo`, 'POST'),
    wrongMethod('GET', `${path}/checkout`, 'POST'),
    wrongMethod('POST', `${path}/live`, 'GET, HEAD'),
  ];
}

export function wrongCartCallers({ cart, pool }: Place): WrongRequest[] {
  const path = `/v1/carts/${cart}`;
  const calls: [string, string][] = [
    ['POST', '/v1/carts'],
    ['GET', path],
    ['GET', `${path}/live`],
    ['POST', `${path}/items`],
    ['PUT', `${path}/items/${pool}`],
    ['DELETE', `${path}/items/${pool}`],
    ['POST', `${path}/undo`],
    ['POST', `${path}/checkout`],
  ];
  const others: readonly KeyHolder[] = ['promoter', 'gate'];
  return calls.flatMap(([method, to]): WrongRequest[] => {
    const request = { what: `${method} ${to.replace(cart, '{id}').replace(pool, '{pool}')}`, method, path: to };
    return [
      // Nobody reads what a stranger sends, so it may as well be no JSON.
      { ...request, call: method === 'GET' ? {} : { rawBody: '{' }, slug: 'unauthorized', status: 401 },
      ...others.map((holder) => ({ ...request, call: { as: holder }, slug: 'forbidden', status: 403 })),
    ];
  });
}
