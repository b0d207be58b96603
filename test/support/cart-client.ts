import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { cartAnswer } from '../../api/cart-schemas';
import type { Money } from '../../src/domain';
import { type Answer, type ApiClient, type Call, parsed } from './api-client';

export type Cart = z.infer<typeof cartAnswer>;
type Line = {
  readonly pool: string;
  readonly quantity?: number;
  readonly seats?: readonly string[];
  readonly maxUnitPrice?: Money;
};

const WAIT_SECONDS = 20;

/** What a customer does with a cart, through the API. */
export class CartClient {
  constructor(
    private readonly client: Pick<ApiClient, 'call'>,
    readonly id: string,
  ) {}

  static async create(client: Pick<ApiClient, 'call'>, customerId = 'alice'): Promise<CartClient> {
    const answer = await client.call('POST', '/v1/carts', { as: 'shop', body: { customerId } });
    const { id } = cartIn(answer, 201);
    expect(answer.headers.get('location')).toBe(`/v1/carts/${id}`);
    return new CartClient(client, id);
  }

  /** A cart of these lines; two tickets of a pool where it only names the pool. */
  static async of(client: Pick<ApiClient, 'call'>, ...lines: readonly (string | Line)[]): Promise<CartClient> {
    const cart = await CartClient.create(client);
    for (const line of lines) cartIn(await cart.add(typeof line === 'string' ? { pool: line, quantity: 2 } : line));
    return cart;
  }

  async show(): Promise<Cart> {
    return cartIn(await this.call('GET', ''));
  }

  add(line: Line): Promise<Answer> {
    return this.call('POST', '/items', { body: line });
  }

  change(pool: string, line: object): Promise<Answer> {
    return this.call('PUT', `/items/${pool}`, { body: line });
  }

  remove(pool: string): Promise<Answer> {
    return this.call('DELETE', `/items/${pool}`);
  }

  undo(): Promise<Answer> {
    return this.call('POST', '/undo');
  }

  /** @param wait seconds; 0 does not wait. */
  checkout({ key = randomUUID(), wait = WAIT_SECONDS }: { key?: string; wait?: number } = {}): Promise<Answer> {
    const headers = { 'Idempotency-Key': key, ...(wait > 0 && { Prefer: `wait=${wait}` }) };
    return this.call('POST', '/checkout', { headers });
  }

  private call(method: string, path: string, call: Call = {}): Promise<Answer> {
    return this.client.call(method, `/v1/carts/${this.id}${path}`, { as: 'shop', ...call });
  }
}

export const cartIn = (answer: Answer, status = 200): Cart => parsed(cartAnswer.strict(), answer, status);
