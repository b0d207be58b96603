import { randomUUID } from 'node:crypto';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { KeyHolder } from '../support/box-office-stack';
import type { Place, WrongRequest } from './wrong-values';

const json = (headers: Record<string, string>) => ({ 'Content-Type': 'application/json', ...headers });

/** Bodies that are no JSON, or more of it than is taken. */
export function wrongBodies(): WrongRequest[] {
  const good = JSON.stringify({ customerId: 'alice', items: [{ pool: 'gig', quantity: 1 }] });
  const post = (
    what: string,
    rawBody: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = json({}),
  ) => ({
    what,
    path: '/v1/purchases',
    call: { as: 'shop' as const, rawBody, headers: { 'Idempotency-Key': randomUUID(), ...headers } },
  });
  const malformed = { slug: 'malformed-json', status: 400 } as const;
  const large = { slug: 'payload-too-large', status: 413 } as const;
  const [kilobytes99, kilobytes101] = [99, 101].map((kilobytes) => JSON.stringify({ a: 'x'.repeat(kilobytes * 1024) }));
  return [
    ...['{', 'nonsense', '{"a":}', "{'a':1}", '{"a":1}}', '\0'].map((body) => ({
      ...post(`with the body ${JSON.stringify(body)}`, body),
      ...malformed,
    })),
    {
      ...post(
        'with a text that is no UTF-8',
        new Uint8Array(Buffer.from(good.replace('alice', 'al\u00eece'), 'latin1')),
      ),
      ...malformed,
    },
    { ...post('in bytes that are no UTF-8', new Uint8Array([0xff, 0xfe, 0x7b])), ...malformed },
    { ...post('as a text', good, json({ 'Content-Type': 'text/plain' })), ...malformed },
    { ...post('as a form', 'a=b', json({ 'Content-Type': 'application/x-www-form-urlencoded' })), ...malformed },
    { ...post('of no content type', good, json({ 'Content-Type': '' })), ...malformed },
    { ...post('in Latin 1', good, json({ 'Content-Type': 'application/json; charset=latin1' })), ...malformed },
    { ...post('in an unknown encoding', good, json({ 'Content-Encoding': 'zip' })), ...malformed },
    ...['gzip', 'deflate', 'br', 'GZIP'].map((encoding) => ({
      ...post(`packed wrongly, as ${encoding}`, good, json({ 'Content-Encoding': encoding })),
      ...malformed,
    })),
    ...['UTF-16', 'utf-8x', ''].map((charset) => ({
      ...post(`in the charset ${charset}`, good, json({ 'Content-Type': `application/json; charset=${charset}` })),
      ...malformed,
    })),
    ...['utf-8', 'UTF-8', '"UTF-8"', 'utf8'].map((charset) => ({
      ...post(
        `in the charset ${charset}`,
        good,
        json({ 'Content-Type': `application/problem+json;charset=${charset}` }),
      ),
      ...{ slug: 'not-found', status: 404 },
    })),
    { ...post('of more than 100 kB', kilobytes101 ?? ''), ...large },
    ...(
      [
        ['gzip', gzipSync],
        ['deflate', deflateSync],
        ['br', brotliCompressSync],
      ] as const
    ).flatMap(([encoding, pack]) => {
      const packed = (text = '') => new Uint8Array(pack(text));
      const headers = json({ 'Content-Encoding': encoding });
      return [
        { ...post(`of more than 100 kB, packed as ${encoding}`, packed(kilobytes101), headers), ...large },
        { ...post(`of nothing, packed as ${encoding}`, packed(''), headers), slug: 'validation-failed', status: 422 },
        { ...post(`packed as ${encoding}`, packed(good), headers), slug: 'not-found', status: 404 },
      ];
    }),
    { ...post('of nearly 100 kB', kilobytes99 ?? ''), slug: 'validation-failed', status: 422 },
  ];
}

/** Where nothing is, or not this method. */
export function wrongPlaces({ pool, purchaseId }: Place): WrongRequest[] {
  const nowhere = (method: string, path: string, as: KeyHolder): WrongRequest => {
    return { what: `${method} ${path}`, method, path, call: { as }, slug: 'not-found', status: 404 };
  };
  const wrongMethod = (method: string, path: string, allow: string): WrongRequest => ({
    what: `${method} ${path.replace(pool, '{name}').replace(purchaseId, '{id}')}, where ${allow} is offered`,
    method,
    path,
    call: { as: 'operator' },
    slug: 'method-not-allowed',
    status: 405,
  });
  const names = ['GIG', 'a_b', 'a%20b', 'a%00', '%E0%A4%A', '%', 'x'.repeat(64), `no-${randomUUID()}`];
  const ids = ['1', 'abc', '%00', '%', randomUUID(), `${randomUUID()}0`, '00000000-0000-0000-0000-00000000000g'];
  return [
    ...names.flatMap((name) => [
      nowhere('GET', `/v1/pools/${name}`, 'shop'),
      nowhere('GET', `/v1/pools/${name}/price`, 'shop'),
    ]),
    ...names.map((name) => nowhere('POST', `/v1/pools/${name}/resume`, 'promoter')),
    ...ids.flatMap((id) => [
      nowhere('GET', `/v1/purchases/${id}`, 'shop'),
      nowhere('GET', `/v1/purchases/${id}/timeline`, 'shop'),
      nowhere('POST', `/v1/purchases/${id}/cancel`, 'shop'),
    ]),
    nowhere('GET', '/v1/customers/%00/purchases', 'shop'),
    nowhere('GET', `/v1/customers/${'x'.repeat(201)}/purchases`, 'shop'),
    nowhere('GET', `/v1/analytics/sales-by-day?pool=no-${randomUUID()}`, 'promoter'),
    nowhere('GET', `/v1/analytics/pools/no-${randomUUID()}`, 'promoter'),
    nowhere('GET', `/v1/analytics/shows/no-${randomUUID().slice(0, 8)}`, 'promoter'),
    nowhere('GET', '/v1/analytics/shows/a--b', 'promoter'),
    ...['/nowhere', '/v1', '/v2/pools', '/v1/pools/a/b/c', '/v1/events', '/docs/nothing.js'].map((path) =>
      nowhere('GET', path, 'operator'),
    ),
    wrongMethod('DELETE', '/v1/pools', 'POST, GET, HEAD'),
    wrongMethod('PUT', `/v1/pools/${pool}`, 'GET, HEAD'),
    wrongMethod('GET', `/v1/pools/${pool}/stop`, 'POST'),
    wrongMethod('GET', '/v1/purchases', 'POST'),
    wrongMethod('PATCH', `/v1/purchases/${purchaseId}`, 'GET, HEAD'),
    wrongMethod('DELETE', `/v1/purchases/${purchaseId}/payment`, 'POST'),
    wrongMethod('POST', '/health/live', 'GET, HEAD'),
    wrongMethod('POST', '/metrics', 'GET, HEAD'),
    wrongMethod('POST', '/openapi.json', 'GET, HEAD'),
    wrongMethod('DELETE', '/docs', 'GET, HEAD'),
  ];
}

/** Calls of somebody who may not make them. */
export function wrongCallers({ pool, purchaseId }: Place): WrongRequest[] {
  const promoters: [string, string][] = [
    ['POST', '/v1/pools'],
    ...['stop', 'resume', 'reprice', 'cancel'].map((command): [string, string] => [
      'POST',
      `/v1/pools/${pool}/${command}`,
    ]),
    ['GET', `/v1/analytics/sales-by-day?pool=${pool}`],
    ['GET', `/v1/analytics/pools/${pool}`],
  ];
  const shops: [string, string][] = [
    ['POST', '/v1/purchases'],
    ['GET', `/v1/purchases/${purchaseId}`],
    ['GET', `/v1/purchases/${purchaseId}/timeline`],
    ['POST', `/v1/purchases/${purchaseId}/payment`],
    ['POST', `/v1/purchases/${purchaseId}/cancel`],
    ['GET', '/v1/customers/alice/purchases'],
  ];
  const of = (calls: typeof shops, as: KeyHolder): WrongRequest[] =>
    calls.map(([method, path]) => ({
      what: `${method} ${path.replace(pool, '{name}').replace(purchaseId, '{id}')} by ${as}`,
      method,
      path,
      call: { as },
      slug: 'forbidden',
      status: 403,
    }));
  const strangers = [...promoters, ...shops].flatMap(([method, path]): WrongRequest[] => {
    const what = `${method} ${path.replace(pool, '{name}').replace(purchaseId, '{id}')}`;
    const basics = { method, path, slug: 'unauthorized', status: 401 };
    return [
      // Nobody reads what a stranger sends, so it may as well be no JSON.
      { what: `${what} without a key`, ...basics, call: method === 'POST' ? { rawBody: '{' } : {} },
      { what: `${what} with an unknown key`, ...basics, call: { headers: { Authorization: 'Bearer sk_unknown' } } },
    ];
  });
  const reprice = { price: { amount: 1, currency: 'EUR' } };
  const ofOthers = [
    { command: 'stop', body: { reason: 'envy' } },
    { command: 'resume', body: {} },
    { command: 'reprice', body: reprice },
    { command: 'cancel', body: { reason: 'envy' } },
  ].map(({ command, body }) => ({
    what: `to ${command} another promoter's pool`,
    path: `/v1/pools/${pool}/${command}`,
    call: { as: 'otherPromoter' as const, body },
    slug: 'forbidden',
    status: 403,
  }));
  return [
    ...strangers,
    ...['Basic c2hvcDpzaG9w', 'Bearer', 'Bearer  ', 'key-of-the-shop', 'Bearer key-of-the-shop x'].map(
      (authorization) => ({
        what: `with the authorization ${authorization}`,
        method: 'GET',
        path: '/v1/pools',
        call: { headers: { Authorization: authorization } },
        slug: 'unauthorized',
        status: 401,
      }),
    ),
    ...of(promoters, 'shop'),
    ...of(promoters, 'gate'),
    ...of(shops, 'promoter'),
    ...of(shops, 'gate'),
    ...ofOthers,
    {
      what: "for the sales of another promoter's pool",
      method: 'GET',
      path: `/v1/analytics/sales-by-day?pool=${pool}`,
      call: { as: 'otherPromoter' },
      slug: 'forbidden',
      status: 403,
    },
  ];
}
