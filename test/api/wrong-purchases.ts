import { randomUUID } from 'node:crypto';
import { each, notNumbers, notTexts, type Place, texts, tooLong, type WrongRequest } from './wrong-values';

export function wrongPurchases({ pool, dollarPool }: Place): WrongRequest[] {
  const line = { pool, quantity: 1 };
  const good = { customerId: 'alice', items: [line] };
  const post = {
    path: '/v1/purchases',
    as: 'shop',
    headers: { 'Idempotency-Key': randomUUID(), Prefer: 'wait=5' },
  } as const;
  const having = (field: string) => (value: unknown) => ({ ...good, [field]: value });
  const lineWith = (field: string) => (value: unknown) => ({ ...good, items: [{ ...line, [field]: value }] });
  const items = {
    missing: undefined,
    null: null,
    'no list': line,
    empty: [],
    'a list of texts': ['x'],
    'more than ten': Array.from({ length: 11 }, (_, index) => ({ pool: `pool-${index}`, quantity: 1 })),
    'the same pool twice': [line, line],
  };
  const bounds = { slug: 'invalid-quantity', status: 422, members: { min: 1, max: 4, pool } } as const;
  const absent = { slug: 'not-found', status: 404 } as const;
  const unbounded = { slug: 'validation-failed', status: 422 } as const;
  const mixed = [line, { pool: dollarPool, quantity: 1 }];
  const withKey = (key: string | undefined) => ({
    path: post.path,
    call: { as: post.as, body: good, headers: { ...(key === undefined ? {} : { 'Idempotency-Key': key }) } },
  });
  const missing = { slug: 'idempotency-key-missing', status: 400 } as const;
  return [
    ...each(post, 'customerId', { ...notTexts, ...texts, ...tooLong(200), missing: undefined }, having('customerId')),
    ...each(post, 'items', items, having('items')),
    ...each(post, 'items.0.quantity', { ...notNumbers, fraction: 1.5, 'too big': 1e308 }, lineWith('quantity')),
    ...each(
      post,
      'quantity',
      { zero: 0, negative: -1, 'too many': 5, 'far too many': 1e6 },
      lineWith('quantity'),
      bounds,
    ),
    ...each(post, 'items.0.pool', { ...notTexts, ...texts, ...tooLong(63), missing: undefined }, lineWith('pool')),
    ...each(post, 'pool', { unknown: `no-${randomUUID()}` }, lineWith('pool'), absent),
    ...each(post, 'items', { 'in two currencies': mixed }, having('items'), unbounded),
    ...each(post, 'line', { 'of seats': ['A-1'] }, lineWith('seats'), unbounded),
    ...each(post, 'body', { 'given an unknown field': 5 }, having('colour'), unbounded),
    { what: 'without an idempotency key', ...withKey(undefined), ...missing },
    { what: 'with a blank idempotency key', ...withKey('  '), ...missing },
    { what: 'with a long idempotency key', ...withKey('k'.repeat(256)), slug: 'validation-failed', status: 422 },
  ];
}

export function wrongPayments({ purchaseId }: Place): WrongRequest[] {
  const method = { type: 'creditCard', token: 'tok_ok' };
  const post = { path: `/v1/purchases/${purchaseId}/payment`, as: 'shop', headers: { Prefer: 'wait=5' } } as const;
  const methodWith = (field: string) => (value: unknown) => ({ method: { ...method, [field]: value } });
  const notMethods = { missing: undefined, null: null, 'a text': 'creditCard', empty: {} };
  return [
    ...each(post, 'method', notMethods, (value) => ({ method: value })),
    ...each(post, 'method.type', { ...notTexts, cash: 'cash', missing: undefined }, methodWith('type')),
    ...each(post, 'method.token', { ...notTexts, ...texts, ...tooLong(200), missing: undefined }, methodWith('token')),
    ...each(post, 'method', { 'given an unknown field': 5 }, methodWith('colour')),
    {
      what: 'with a long idempotency key',
      path: post.path,
      call: { as: 'shop', body: { method }, headers: { 'Idempotency-Key': 'k'.repeat(256) } },
      slug: 'validation-failed',
      status: 422,
    },
    {
      what: 'that cancels with an unknown field',
      path: `/v1/purchases/${purchaseId}/cancel`,
      call: { as: 'shop', body: { reason: 'rain' } },
      slug: 'validation-failed',
      status: 422,
    },
  ];
}
