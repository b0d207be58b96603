import { strict as assert } from 'node:assert';
import { Agent, request } from 'node:http';
import { Client, Connection } from '@temporalio/client';
import { v7 } from 'uuid';
import { purchaseStart } from '../api/start-workflows';
import { closedLoop, type Measure, summary } from './measure';
import { type Cleanup, child, type Servers, startBoxoffice } from './stack';

export const buyers = [1, 20, 50] as const;
const goal = { ratio: 0.8 } as const;
const capacity = 1_000_000;
const keys = 'shop:bench:shop-key,promoter:bench:promoter-key';

export interface PurchaseFigures {
  buyers: number;
  boxoffice: { confirmed: Measure; reserved: Measure };
  bare: { confirmed: Measure; reserved: Measure };
  /** Confirmed purchases a second, boxoffice to bare. */
  ratio: number;
  goal: typeof goal;
}

interface Options {
  servers: Servers;
  cleanup: Cleanup;
  seconds: number;
  say(line: string): void;
}

/** How one purchase is driven; each promise resolves when the step is acknowledged. */
interface Seller {
  reserve(id: string): Promise<string>;
  pay(id: string): Promise<void>;
}

/** Purchases from the request to confirmed, beside a bare Temporal workflow with the same history and empty activities. */
export async function purchases({ servers, cleanup, seconds, say }: Options): Promise<PurchaseFigures[]> {
  const shop = await openShop(await startBoxoffice(cleanup, servers, keys));
  const bare = await openBare(cleanup, servers);
  const figures: PurchaseFigures[] = [];
  for (const clients of buyers) {
    say(`${clients} buyers, boxoffice…`);
    const ours = await load(shop, clients, seconds);
    say(`${clients} buyers, bare workflow…`);
    const theirs = await load(bare, clients, seconds);
    const ratio = ours.confirmed.perSecond / theirs.confirmed.perSecond;
    figures.push({ buyers: clients, boxoffice: ours, bare: theirs, ratio, goal });
  }
  await shop.check();
  return figures;
}

async function load(seller: Seller, clients: number, seconds: number) {
  const reserved: number[] = [];
  const warmUpSeconds = 3;
  const begin = performance.now() + warmUpSeconds * 1000;
  const confirmed = await closedLoop({
    clients,
    warmUpSeconds,
    seconds,
    act: async () => {
      const began = performance.now();
      const id = await seller.reserve(v7());
      if (began >= begin) reserved.push(performance.now() - began);
      await seller.pay(id);
      return performance.now() - began;
    },
  });
  return { confirmed, reserved: summary(reserved, seconds) };
}

async function openShop(address: string): Promise<Seller & { check(): Promise<void> }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 100 });
  const call = (method: string, path: string, key: string, body?: object, headers: object = {}) =>
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
  const pool = `bench-${v7()}`;
  const price = { amount: 5_000, currency: 'EUR' };
  assert.equal((await call('POST', '/v1/pools', 'promoter-key', { name: pool, capacity, price })).status, 201);
  let sold = 0;
  return {
    reserve: async (key) => {
      const items = [{ pool, quantity: 1 }];
      const { status, body } = await call(
        'POST',
        '/v1/purchases',
        'shop-key',
        { customerId: 'bench', items },
        { 'idempotency-key': key },
      );
      assert.equal(status, 201);
      return String(body.id);
    },
    pay: async (id) => {
      const method = { type: 'creditCard', token: 'tok_ok' };
      const { status, body } = await call('POST', `/v1/purchases/${id}/payment`, 'shop-key', { method });
      assert.equal(status, 200);
      assert.equal(body.status, 'confirmed');
      sold += 1;
    },
    check: async () => {
      const { body } = await call('GET', `/v1/pools/${pool}`, 'shop-key');
      assert.equal(body.sold, sold);
      assert.equal(Number(body.available) + Number(body.claimed) + Number(body.sold), capacity);
      agent.destroy();
    },
  };
}

async function openBare(cleanup: Cleanup, { temporalAddress }: Servers): Promise<Seller> {
  const loader = ['--require', require.resolve('tsx/cjs')];
  const worker = child(cleanup, process.execPath, [...loader, require.resolve('./bare/worker'), temporalAddress], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const waiting = new Map<string, () => void>();
  const heard = (step: string, id = '') => new Promise<void>((resolve) => waiting.set(`${step}/${id}`, resolve));
  worker.on('message', (message: { step: string; id?: string }) => {
    const key = `${message.step}/${message.id ?? ''}`;
    waiting.get(key)?.();
    waiting.delete(key);
  });
  await heard('ready');
  const connection = await Connection.connect({ address: temporalAddress });
  cleanup.add(() => connection.close());
  const client = new Client({ connection });
  return {
    reserve: async (id) => {
      const reserved = heard('reserved', id);
      const { typedSearchAttributes, staticSummary, staticDetails } = purchaseStart({
        purchaseId: id,
        customerId: 'bench',
        items: [{ pool: 'bench', quantity: 1 }],
      });
      const attributes = { typedSearchAttributes, staticSummary, staticDetails };
      await client.workflow.start('bare', { workflowId: `bare-${id}`, taskQueue: 'bare', args: [id], ...attributes });
      await reserved;
      return id;
    },
    pay: async (id) => {
      const confirmed = heard('confirmed', id);
      await client.workflow.getHandle(`bare-${id}`).signal('payment');
      await confirmed;
    },
  };
}
