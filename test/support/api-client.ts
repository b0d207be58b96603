import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { poolAnswer } from '../../api/pool-schemas';
import { purchaseAnswer } from '../../api/purchase-schemas';
import { problemAnswer } from '../../api/schemas';
import { type BoxOfficeStack, type KeyHolder, keys } from './box-office-stack';

export type Pool = z.infer<typeof poolAnswer>;
export type Purchase = z.infer<typeof purchaseAnswer>;
export type Problem = z.infer<typeof problemAnswer>;

export type Answer = { readonly status: number; readonly headers: Headers; readonly body: unknown };

export type Call = {
  readonly as?: KeyHolder | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is. */
  readonly rawBody?: string | Uint8Array<ArrayBuffer>;
};

export type Order = {
  readonly quantity?: number;
  readonly customerId?: string;
  readonly key?: string;
  /** Seconds; 0 does not wait. */
  readonly wait?: number;
  readonly as?: KeyHolder;
};

const WAIT_SECONDS = 20;
const CUSTOMER_ID_LENGTH = 200;
/** More than a purchase can have. */
const MOST_CHANGES = 20;

const prefer = (seconds: number) => (seconds > 0 ? { Prefer: `wait=${seconds}` } : undefined);

/** What is sent to the API, and what comes back, held against the contract. */
export class ApiClient {
  readonly url: string;

  constructor({ url }: Pick<BoxOfficeStack['api'], 'url'>) {
    this.url = url;
  }

  async call(method: string, path: string, { as, headers, body, rawBody }: Call = {}): Promise<Answer> {
    const sent = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(sent === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(as && { Authorization: `Bearer ${keys[as]}` }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
    });
    const text = await response.text();
    const isJson = /^application\/(problem\+)?json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== '' ? JSON.parse(text) : text,
    };
  }

  /** A pool on sale of ten tickets at 50 euros, changed where a test says so. */
  async createPool(changes: object = {}): Promise<Pool> {
    const body = { name: `pool-${randomUUID()}`, capacity: 10, price: { amount: 5_000, currency: 'EUR' }, ...changes };
    return poolIn(await this.call('POST', '/v1/pools', { as: 'promoter', body }), 201);
  }

  async pool(name: string): Promise<Pool> {
    return poolIn(await this.call('GET', `/v1/pools/${name}`));
  }

  steer(name: string, command: string, body: object = {}): Promise<Answer> {
    return this.call('POST', `/v1/pools/${name}/${command}`, { as: 'promoter', body });
  }

  buy(pool: string, { quantity = 1, ...order }: Order = {}): Promise<Answer> {
    return this.buyLines([{ pool, quantity }], order);
  }

  /** A purchase of these lines; by a customer of its own where none is named, the same under the same key. */
  buyLines(
    items: readonly object[],
    { key = randomUUID(), customerId = `buyer-${key}`, wait = WAIT_SECONDS, as }: Omit<Order, 'quantity'> = {},
  ): Promise<Answer> {
    return this.call('POST', '/v1/purchases', {
      as: as ?? 'shop',
      headers: { 'Idempotency-Key': key, ...prefer(wait) },
      body: { customerId: customerId.slice(0, CUSTOMER_ID_LENGTH), items },
    });
  }

  async reserve(pool: string, order: Order = {}): Promise<Purchase> {
    return purchaseIn(await this.buy(pool, order), 201);
  }

  pay(
    id: string,
    { token = 'tok_ok', wait = WAIT_SECONDS, key }: { token?: string; wait?: number; key?: string } = {},
  ): Promise<Answer> {
    return this.call('POST', `/v1/purchases/${id}/payment`, {
      as: 'shop',
      headers: { ...(key === undefined ? {} : { 'Idempotency-Key': key }), ...prefer(wait) },
      body: { method: { type: 'creditCard', token } },
    });
  }

  cancel(id: string, wait = WAIT_SECONDS): Promise<Answer> {
    return this.call('POST', `/v1/purchases/${id}/cancel`, { as: 'shop', headers: { ...prefer(wait) } });
  }

  async purchase(id: string, wait = 0): Promise<Purchase> {
    return purchaseIn(await this.call('GET', `/v1/purchases/${id}`, { as: 'shop', headers: { ...prefer(wait) } }));
  }

  /** Waits from change to change until the purchase has this status. */
  async becomes(id: string, status: Purchase['status']): Promise<Purchase> {
    const statuses: string[] = [];
    let known = '"nothing"';
    for (let looks = 0; looks < MOST_CHANGES; looks += 1) {
      const headers = { ...prefer(WAIT_SECONDS), 'If-None-Match': known };
      const answer = await this.call('GET', `/v1/purchases/${id}`, { as: 'shop', headers });
      if (answer.status === 304) break;
      const purchase = purchaseIn(answer);
      if (purchase.status === status) return purchase;
      statuses.push(purchase.status);
      known = answer.headers.get('etag') ?? '';
    }
    throw new Error(`purchase ${id} did not become ${status}, but ${statuses.join(', ')}`);
  }

  async timeline(id: string): Promise<readonly string[]> {
    const { body } = await this.call('GET', `/v1/purchases/${id}/timeline`, { as: 'shop' });
    return timeline.parse(body).events.map(({ type }) => type);
  }
}

const timeline = z.object({ events: z.array(z.object({ type: z.string() })) });

/** The pool in an answer, whose numbers add up. */
export function poolIn(answer: Answer, status = 200): Pool {
  const pool = parsed(poolAnswer, answer, status);
  expect(pool.available + pool.claimed + pool.sold + pool.withheld).toBe(pool.capacity);
  expect(pool.soldOut).toBe(pool.available === 0 && pool.claimed === 0);
  expect(pool.allHeld).toBe(pool.available === 0 && pool.claimed > 0);
  expect(pool.nextReleaseAt !== undefined).toBe(pool.claimed > 0);
  return pool;
}

export const purchaseIn = (answer: Answer, status = 200): Purchase => parsed(purchaseAnswer, answer, status);

/** The problem in an answer, which is of this kind and as RFC 9457 has it. */
export function problemIn(answer: Answer, slug: string, status: number): Problem {
  const problem = parsed(problemAnswer, answer, status);
  expect(problem).toMatchObject({ type: `/problems/${slug}`, status });
  expect(problem.detail).not.toBe('');
  expect(problem.instance).toMatch(/^\//);
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  return problem;
}

/** What the answer holds, where it has this status and is as the contract has it. */
export function parsed<Schema extends z.ZodType>(schema: Schema, answer: Answer, status: number): z.infer<Schema> {
  const { success, data } = schema.safeParse(answer.body);
  if (answer.status === status && success) return data;
  throw new Error(`${status} was expected, not ${answer.status}: ${JSON.stringify(answer.body)}`);
}
