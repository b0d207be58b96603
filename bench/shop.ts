import { strict as assert } from 'node:assert';
import { Agent, request } from 'node:http';
import { v7 } from 'uuid';

const capacity = 1_000_000;
/** The roles' keys are their names. */
export const shopKeys = 'shop:bench:shop,promoter:bench:promoter';

/** How one purchase is driven; each promise resolves when the step is acknowledged. */
export interface Seller {
  reserve(id: string): Promise<string>;
  pay(id: string): Promise<void>;
}

/** A pool's seller through the API. */
export interface Shop extends Seller {
  /** Asserts that the pool has sold what was paid, and that its counts add up. */
  check(): Promise<void>;
  command(pool: string, command: string, body: object): Promise<{ status: number; body: Record<string, unknown> }>;
  newPool(): Promise<string>;
}

export async function openShop(address: string): Promise<Shop> {
  const agent = new Agent({ keepAlive: true, maxSockets: 200 });
  const call = (method: string, path: string, key: 'shop' | 'promoter', body?: object, headers: object = {}) =>
    new Promise<{ status: number; body: Record<string, unknown> }>((resolve, reject) => {
      const sent = request(`${address}${path}`, {
        agent,
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', prefer: 'wait=30', ...headers },
      });
      sent.on('error', reject).on('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
      });
      sent.end(body && JSON.stringify(body));
    });
  const newPool = async () => {
    const name = `bench-${v7()}`;
    const price = { amount: 5_000, currency: 'EUR' };
    assert.equal((await call('POST', '/v1/pools', 'promoter', { name, capacity, price })).status, 201);
    return name;
  };
  const pool = await newPool();
  let sold = 0;
  return {
    newPool,
    command: (name, command, body) => call('POST', `/v1/pools/${name}/${command}`, 'promoter', body),
    reserve: async (key) => {
      const items = [{ pool, quantity: 1 }];
      const order = { customerId: key, items };
      const { status, body } = await call('POST', '/v1/purchases', 'shop', order, { 'idempotency-key': key });
      assert.equal(status, 201);
      return String(body.id);
    },
    pay: async (id) => {
      const method = { type: 'creditCard', token: 'tok_ok' };
      const { status, body } = await call('POST', `/v1/purchases/${id}/payment`, 'shop', { method });
      assert.equal(status, 200);
      assert.equal(body.status, 'confirmed');
      sold += 1;
    },
    check: async () => {
      const { body } = await call('GET', `/v1/pools/${pool}`, 'shop');
      assert.equal(body.sold, sold);
      assert.equal(Number(body.available) + Number(body.claimed) + Number(body.sold), capacity);
      agent.destroy();
    },
  };
}
