import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Boxoffice } from './npm-start';

export type Pool = { name: string; capacity: number; available: number; claimed: number; sold: number; status: string };
export type Purchase = { id: string; status: string; orderId?: string; expiresAt?: string };

/** An answer of the API; status 0 where there was none, because the connection was refused or broke. */
export type Answer = { readonly status: number; readonly body: unknown };

type Call = {
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Longer than any wait that is asked for. */
const ANSWER_LIMIT_MS = 40_000;
/** How long a caller keeps asking where nobody is there to answer. */
const PERSISTENCE_MS = 90_000;
const RETRY_PAUSE_MS = 100;

const WAIT = { Prefer: 'wait=10' };

/** What the customer app and the promoter do with the API of one boxoffice. */
export class ShopClient {
  private readonly closing = new AbortController();

  constructor(private boxoffice: Pick<Boxoffice, 'url' | 'keys'>) {}

  /** The next try goes there: the boxoffice was started again, perhaps on another port. */
  goTo(boxoffice: Pick<Boxoffice, 'url' | 'keys'>): void {
    this.boxoffice = boxoffice;
  }

  /** Tries again under another name where nobody is there to make it. */
  async createPool(settings: { capacity: number; holdSeconds?: number }): Promise<Pool> {
    const answer = await this.untilDecided(() => {
      const body = { name: `pool-${randomUUID()}`, price: { amount: 5_000, currency: 'EUR' }, ...settings };
      return this.call('/v1/pools', { body, key: this.boxoffice.keys.promoter });
    });
    if (answer.status !== 201) throw new UnexpectedAnswer('making a pool', answer);
    return answer.body as Pool;
  }

  async pool(name: string): Promise<Pool> {
    const answer = await this.call(`/v1/pools/${name}`);
    if (answer.status !== 200) throw new UnexpectedAnswer(`pool ${name}`, answer);
    return answer.body as Pool;
  }

  async pools(): Promise<readonly Pool[]> {
    const answer = await this.call('/v1/pools');
    if (answer.status !== 200) throw new UnexpectedAnswer('the pools', answer);
    return (answer.body as { pools: Pool[] }).pools;
  }

  async purchase(id: string): Promise<Purchase> {
    const answer = await this.call(`/v1/purchases/${id}`, { key: this.boxoffice.keys.shop });
    if (answer.status !== 200) throw new UnexpectedAnswer(`purchase ${id}`, answer);
    return answer.body as Purchase;
  }

  async timeline(id: string): Promise<readonly string[]> {
    const answer = await this.call(`/v1/purchases/${id}/timeline`, { key: this.boxoffice.keys.shop });
    if (answer.status !== 200) throw new UnexpectedAnswer(`the timeline of ${id}`, answer);
    return (answer.body as { events: { type: string }[] }).events.map(({ type }) => type);
  }

  /** Asks until it is decided: 201 once reserved, or the problem that refused it. The same key gives the same answer. */
  buy(pool: string, idempotencyKey: string, quantity = 1): Promise<Answer> {
    const body = { customerId: `buyer-${idempotencyKey}`, items: [{ pool, quantity }] };
    return this.untilDecided(() => this.shop('/v1/purchases', body, idempotencyKey));
  }

  /** A purchase of which the caller expects that it succeeds. */
  async reserve(pool: string, quantity = 1): Promise<Purchase> {
    const answer = await this.buy(pool, randomUUID(), quantity);
    if (answer.status !== 201) throw new UnexpectedAnswer('buying', answer);
    return answer.body as Purchase;
  }

  /** Asks until it is decided: 200 once confirmed, 402, 409 or 410. One key is one payment, however often it is sent. */
  pay(id: string, token = 'tok_ok', idempotencyKey: string = randomUUID()): Promise<Answer> {
    const body = { method: { type: 'creditCard', token } };
    return this.untilDecided(() => this.shop(`/v1/purchases/${id}/payment`, body, idempotencyKey));
  }

  cancel(id: string): Promise<Answer> {
    return this.untilDecided(() => this.shop(`/v1/purchases/${id}/cancel`, {}, randomUUID()));
  }

  /** Nothing is asked any more: who still waits has no answer. */
  close(): void {
    this.closing.abort();
  }

  async call(path: string, { body, key, headers }: Call = {}): Promise<Answer> {
    try {
      const response = await fetch(`${this.boxoffice.url}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.any([this.closing.signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]),
      });
      return { status: response.status, body: (await response.json()) as unknown };
    } catch {
      return { status: 0, body: undefined };
    }
  }

  private shop(path: string, body: unknown, idempotencyKey: string): Promise<Answer> {
    const { shop: key } = this.boxoffice.keys;
    return this.call(path, { body, key, headers: { ...WAIT, 'Idempotency-Key': idempotencyKey } });
  }

  private async untilDecided(ask: () => Promise<Answer>): Promise<Answer> {
    const deadline = performance.now() + PERSISTENCE_MS;
    for (;;) {
      const answer = await ask();
      const decided = answer.status !== 0 && answer.status !== 202 && answer.status !== 503;
      if (decided || this.closing.signal.aborted || performance.now() > deadline) return answer;
      await pause(RETRY_PAUSE_MS);
    }
  }
}

export class UnexpectedAnswer extends Error {
  constructor(what: string, { status, body }: Answer) {
    super(`${what}: ${status} ${JSON.stringify(body)}`);
  }
}
