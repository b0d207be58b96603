import { randomUUID } from 'node:crypto';
import {
  each,
  type Json,
  notNumbers,
  notTexts,
  notWhole,
  type Place,
  texts,
  tooLong,
  type WrongRequest,
} from './wrong-values';

export function wrongPools(): WrongRequest[] {
  const good = { name: `good-${randomUUID()}`, capacity: 10, price: { amount: 5_000, currency: 'EUR' } };
  const post = { path: '/v1/pools', as: 'promoter' } as const;
  const having = (field: string) => (value: unknown) => ({ ...good, [field]: value });
  const money = (field: string) => (value: unknown) => ({ ...good, price: { ...good.price, [field]: value } });
  const zero = { zero: 0 };
  const gone = { 'gone since 2023': 'HRK', 'gone since 2024': 'ZWL', 'gone since 2026': 'BGN', 'no money': 'XXX' };
  const dates = {
    'a word': 'tomorrow',
    'a day': '2030-01-01',
    'without a zone': '2030-01-01T00:00:00',
    'in a 13th month': '2030-13-01T00:00:00Z',
    'on the 30th of February': '2030-02-30T00:00:00Z',
    'at 25 o’clock': '2030-01-01T25:00:00Z',
    'a number': 5,
    'before the year 1': '0000-12-31T23:00:00Z',
    'after the year 9999, in UTC': '9999-12-31T23:00:00-02:00',
    null: null,
  };
  const soon = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
  const invalid = { slug: 'validation-failed', status: 422 } as const;
  const past = { slug: 'past-date', status: 422 } as const;
  const whole = (body: unknown, what: string, expected: Pick<WrongRequest, 'slug' | 'status'> = invalid) => ({
    what,
    path: post.path,
    call: { as: post.as, body },
    ...expected,
  });
  return [
    ...each(post, 'capacity', { ...notNumbers, ...notWhole, ...zero, 'too many': 1_000_001 }, having('capacity')),
    ...each(post, 'price.amount', { ...notNumbers, ...notWhole, ...zero, 'too much': 1e15 }, money('amount')),
    ...each(
      post,
      'price.currency',
      { ...notTexts, lower: 'eur', long: 'EURO', sign: '€', unknown: 'ZZZ', ...gone, missing: undefined },
      money('currency'),
    ),
    ...each(
      post,
      'maxPerPurchase',
      { null: null, text: '4', ...notWhole, ...zero, 'too many': 51 },
      having('maxPerPurchase'),
    ),
    ...each(
      post,
      'holdSeconds',
      { null: null, text: '9', ...notWhole, ...zero, 'too long': 3_601 },
      having('holdSeconds'),
    ),
    ...each(
      post,
      'name',
      {
        ...notTexts,
        ...texts,
        ...tooLong(63),
        'in capitals': 'GIG',
        umlauts: 'fünf',
        path: '../x',
        'that of a section': 'gala--floor',
        missing: undefined,
      },
      having('name'),
    ),
    ...each(post, 'title', { ...notTexts, ...texts, ...tooLong(200) }, having('title')),
    ...['startsAt', 'opensAt', 'closesAt'].flatMap((field) => each(post, field, dates, having(field))),
    ...each(post, 'startsAt', { past: soon(-1) }, having('startsAt'), past),
    ...each(post, 'closesAt', { past: soon(-1), 'long past': '0001-01-01T00:00:00Z' }, having('closesAt'), past),
    whole({ ...good, opensAt: soon(20), closesAt: soon(10) }, 'that closes before it opens'),
    whole({ ...good, opensAt: soon(20), closesAt: soon(20) }, 'that closes as it opens'),
    whole({ ...good, opensAt: soon(20), startsAt: soon(10) }, 'that opens after the start'),
    whole({ ...good, startsAt: soon(10), closesAt: soon(20) }, 'that is sold after its start'),
    whole({ ...good, price: 5_000 }, 'whose price is a number'),
    whole({ ...good, price: undefined }, 'without a price'),
    whole({ ...good, colour: 'red' }, 'with an unknown field'),
    whole({ ...good, price: { ...good.price, tax: 1 } }, 'with an unknown field in its price'),
    whole([good], 'in a list'),
    whole(null, 'that is null'),
    whole('pool', 'that is a text'),
    whole({}, 'that is empty'),
    { ...whole(undefined, 'with a prototype'), call: { as: 'promoter', rawBody: `{"__proto__":{},"name":"a"}` } },
  ];
}

export function wrongSteering({ pool }: Place): WrongRequest[] {
  const post = (command: string) => ({ path: `/v1/pools/${pool}/${command}`, as: 'promoter' }) as const;
  const field =
    (name: string, rest: Json = {}) =>
    (value: unknown) => ({ ...rest, [name]: value });
  const reasons = { ...notTexts, ...texts, ...tooLong(500), missing: undefined };
  const amount = { ...notNumbers, ...notWhole, zero: 0 };
  const currency = { lower: 'eur', unknown: 'ZZZ', another: 'USD' };
  return [
    ...['stop', 'cancel'].flatMap((command) => each(post(command), 'reason', reasons, field('reason'))),
    ...each(post('stop'), 'holds', { ...notTexts, unknown: 'keep' }, field('holds', { reason: 'rain' })),
    ...each(post('reprice'), 'price', { null: null, 'a number': 5, missing: undefined }, field('price')),
    ...each(post('reprice'), 'price.amount', amount, (value) => ({ price: { amount: value, currency: 'EUR' } })),
    ...each(post('reprice'), 'currency', currency, (value) => ({ price: { amount: 5, currency: value } })),
    ...['stop', 'cancel', 'resume', 'reprice'].map((command) => ({
      what: `to ${command} with an unknown field`,
      path: post(command).path,
      call: {
        as: 'promoter' as const,
        body: { reason: 'rain', price: { amount: 5, currency: 'EUR' }, colour: 'red', requestId: 'mine' },
      },
      slug: 'validation-failed',
      status: 422,
    })),
  ];
}

export function wrongQueries({ pool }: Place): WrongRequest[] {
  const numbers = ['0', '-1', '201', 'x', '1.5', '', '1&limit=2'].map((value) => `/v1/pools?limit=${value}`);
  const paths = [
    ...numbers,
    '/v1/pools?status=open',
    '/v1/pools?cursor=GIG',
    '/v1/pools?colour=red',
    ...['0', '-1', '51', 'x', '1.5', '1e308'].map((value) => `/v1/pools/${pool}/price?quantity=${value}`),
    '/v1/analytics/sales-by-day',
    '/v1/analytics/sales-by-day?pool=GIG',
    '/v1/customers/alice/purchases?cursor=x',
    '/v1/customers/alice/purchases?limit=0',
  ];
  return paths.map((path) => ({
    what: `for ${path.replace(pool, '{name}')}`,
    method: 'GET',
    path,
    call: { as: 'operator' },
    slug: 'validation-failed',
    status: 422,
  }));
}
