/** Where a running boxoffice is, and the keys to it. */
export interface Access {
  url: string;
  promoter: string;
  shop: string;
}

export interface Money {
  amount: number;
  currency: string;
}

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** What an example is handed: a boxoffice, and how to tell what goes on. */
export interface Stage {
  office: BoxOffice;
  say(line: string): void;
}

/** Seconds that an answer waits for the outcome. */
const patience = 20;
const answerMilliseconds = 40_000;

/** Talks to a boxoffice as a promoter's desk and a customer app do: over HTTP, with keys of their own. */
export class BoxOffice {
  constructor(private readonly access: Access) {}

  /** Open to all. */
  read(path: string): Promise<Answer> {
    return this.call('GET', path, {});
  }

  /** What a promoter asks; refused or not. */
  promoter(path: string, body?: object): Promise<Answer> {
    return this.call(body ? 'POST' : 'GET', path, this.key('promoter'), body);
  }

  /** What a customer app asks for its customers, each time as a new request. */
  shop(path: string, body?: object, method = body ? 'POST' : 'GET'): Promise<Answer> {
    const headers = { ...this.key('shop'), 'Idempotency-Key': crypto.randomUUID(), Prefer: `wait=${patience}` };
    return this.call(method, path, headers, body);
  }

  /** Buys and pays at once. Gives the purchase as it was confirmed, or the problem that refused it. */
  async sell(customerId: string, items: readonly object[]): Promise<Answer> {
    const reserved = await this.shop('/v1/purchases', { customerId, items });
    return reserved.status === 201 ? this.pay(String(reserved.body.id)) : reserved;
  }

  pay(purchase: string): Promise<Answer> {
    return this.shop(`/v1/purchases/${purchase}/payment`, { method: { type: 'creditCard', token: 'tok_ok' } });
  }

  private key(holder: 'promoter' | 'shop') {
    return { Authorization: `Bearer ${this.access[holder]}` };
  }

  private async call(method: string, path: string, headers: Record<string, string>, body?: object): Promise<Answer> {
    const response = await fetch(`${this.access.url}${path}`, {
      method,
      headers: { ...headers, ...(body && { 'Content-Type': 'application/json' }) },
      signal: AbortSignal.timeout(answerMilliseconds),
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }
}

/** Ends the example where something is not as its story says. */
export function expectThat(holds: boolean, claim: string, saw?: unknown): asserts holds {
  if (!holds) throw new Error(`it is not so that ${claim}${saw === undefined ? '' : `: ${JSON.stringify(saw)}`}`);
}

/** The body of an answer that went well. */
export function ok({ status, body }: Answer): Answer['body'] {
  expectThat(status >= 200 && status < 300, 'this was granted', { status, ...body });
  return body;
}

/** The problem of an answer that was refused for this reason. */
export function refused({ status, body }: Answer, slug: string): Answer['body'] {
  expectThat(body.type === `/problems/${slug}`, `this is refused as ${slug}`, { status, ...body });
  return body;
}

export const inWords = ({ amount, currency }: Money) => `${(amount / 100).toFixed(2)} ${currency}`;

/** Runs the work for each of them, so many at once, as buyers come; results in their order. */
export async function crowd<Each, Result>(
  all: readonly Each[],
  atOnce: number,
  work: (each: Each) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const one = async () => {
    for (let index = next++; index < all.length; index = next++) results[index] = await work(all[index] as Each);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return results;
}

/** A name that no earlier run has used. */
export const newName = (what: string) => `${what}-${Date.now().toString(36)}`;

const dayMilliseconds = 86_400_000;

/** So many days from now, at this hour UTC. */
export function inDays(days: number, hour: number): string {
  const day = new Date(Date.now() + days * dayMilliseconds);
  day.setUTCHours(hour, 0, 0, 0);
  return day.toISOString();
}
