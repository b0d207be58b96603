import { randomUUID } from 'node:crypto';
import { forgetOldPayments } from '../../api';
import { ApiClient, problemIn, purchaseIn } from '../support/api-client';
import type { WorkerProcess } from '../support/box-office-stack';
import { TcpProxy } from '../support/tcp-proxy';
import { temporalAddress } from '../support/temporal';
import { describeBoxOffice } from './box-office';
import { ledgerOf } from './money';

const OUTAGE_MS = 60_000;
const capture = { kind: 'capture', amount: 5_000 };

describeBoxOffice(
  'the idempotency key of a payment',
  (open) => {
    let worker: WorkerProcess;
    let other: ApiClient;
    beforeAll(async () => {
      worker = await open().stack.startWorker();
      other = new ApiClient(await open().stack.startApi());
    });

    const reserved = async () => {
      const { client } = open();
      return client.reserve((await client.createPool()).name);
    };
    const ledger = (id: string) => ledgerOf(open().stack.database, id);
    /** How many payments the provider was asked for. */
    const tried = async (id: string) => {
      const asked = 'SELECT FROM payment_simulator.payments WHERE purchase_id = $1';
      return (await open().stack.database.query(asked, [id])).rowCount;
    };

    test('stands for the first body under it from the moment it is taken in, also before a worker has begun the payment', async () => {
      const { client, stack } = open();
      const { id } = await reserved();
      const key = randomUUID();
      await worker.end('SIGKILL');
      try {
        expect((await client.pay(id, { key, token: 'tok_declined', wait: 0 })).status).toBe(202);
        for (const api of [client, other]) {
          problemIn(await api.pay(id, { key, wait: 0 }), 'idempotency-key-reused', 422);
        }
        expect((await other.pay(id, { key, token: 'tok_declined', wait: 0 })).status).toBe(202);
      } finally {
        worker = await stack.startWorker();
      }
      const declined = problemIn(await client.pay(id, { key, token: 'tok_declined' }), 'payment-declined', 402);
      expect(declined).toMatchObject({ attemptsLeft: 2 });
      problemIn(await other.pay(id, { key }), 'idempotency-key-reused', 422);
      expect(await tried(id)).toBe(1);
      expect(await ledger(id)).toEqual([]);
    });

    test('is spent on one of two bodies that come at once, through two processes', async () => {
      const { client } = open();
      const tokens = ['tok_declined', 'tok_ok'] as const;
      for (let round = 0; round < 3; round += 1) {
        const { id } = await reserved();
        const key = randomUUID();
        const sent = Array.from({ length: 12 }, (_, nth) => ({
          api: nth % 3 === 0 ? client : other,
          token: tokens[nth % 2] ?? 'tok_ok',
        }));
        const answers = await Promise.all(
          sent.map(async ({ api, token }) => ({ token, status: (await api.pay(id, { key, token })).status })),
        );
        const [won] = answers.filter(({ status }) => status !== 422).map(({ token }) => token);
        const heard = (token: string) => {
          if (token !== won) return 422;
          return token === 'tok_ok' ? 200 : 402;
        };
        expect(answers).toEqual(sent.map(({ token }) => ({ token, status: heard(token) })));
        expect(await tried(id)).toBe(1);
      }
    });

    test('gives each payment its own answer again, after a decline as after the confirmation', async () => {
      const { client } = open();
      const { id } = await reserved();
      const [first, second, late] = [randomUUID(), randomUUID(), randomUUID()];
      const decline = () => client.pay(id, { key: first, token: 'tok_declined' });
      const declined = problemIn(await decline(), 'payment-declined', 402);
      const paid = purchaseIn(await client.pay(id, { key: second }));
      for (const api of [client, other]) {
        const again = problemIn(
          await api.pay(id, { key: first, token: 'tok_declined', wait: 0 }),
          'payment-declined',
          402,
        );
        expect(again).toEqual(declined);
        expect(purchaseIn(await api.pay(id, { key: second, wait: 0 }))).toEqual(paid);
        problemIn(await api.pay(id, { key: first }), 'idempotency-key-reused', 422);
        problemIn(await api.pay(id, { key: second, token: 'tok_declined' }), 'idempotency-key-reused', 422);
        problemIn(await api.pay(id, { key: late }), 'purchase-not-payable', 409);
      }
      expect(await ledger(id)).toEqual([capture]);
    });

    test('whose payment was taken in and never sent has it sent by the retry', async () => {
      const { client, stack } = open();
      const proxy = await TcpProxy.to(temporalAddress());
      const cutOff = new ApiClient(await stack.startApi({ temporalAddress: proxy.address }));
      const { id } = await reserved();
      const key = randomUUID();
      proxy.cut();
      try {
        problemIn(await cutOff.pay(id, { key, wait: 0 }), 'unavailable', 503);
      } finally {
        await proxy.close();
      }
      expect(await client.purchase(id)).toMatchObject({ status: 'reserved' });
      problemIn(await client.pay(id, { key, token: 'tok_declined' }), 'idempotency-key-reused', 422);
      expect(purchaseIn(await client.pay(id, { key })).status).toBe('confirmed');
      expect(await ledger(id)).toEqual([capture]);
    });

    test('is not spent on what cannot be paid, and another one for another purchase', async () => {
      const { client } = open();
      const [one, two] = [await reserved(), await reserved()];
      const key = randomUUID();
      problemIn(await client.pay(one.id, { key, token: 'tok_declined' }), 'payment-declined', 402);
      purchaseIn(await client.pay(two.id, { key }));
      await client.cancel(one.id);
      const unused = randomUUID();
      for (const token of ['tok_ok', 'tok_declined']) {
        problemIn(await client.pay(one.id, { key: unused, token }), 'purchase-not-payable', 409);
      }
    });

    test('is remembered for 24 hours, without the card, and then cleaned away', async () => {
      const { client, stack } = open();
      const { database } = stack;
      const { id } = await reserved();
      const key = randomUUID();
      const token = 'tok_of_card_4242';
      problemIn(await client.pay(id, { key, token }), 'payment-declined', 402);
      const { rows } = await database.query('SELECT * FROM payment_requests WHERE idempotency_key = $1', [key]);
      expect(rows).toHaveLength(1);
      expect(JSON.stringify(rows)).not.toContain(token);
      const age = (hours: number) =>
        database.query(
          `UPDATE payment_requests SET created_at = now() - make_interval(hours => $2, mins => -1) WHERE idempotency_key = $1`,
          [key, hours],
        );
      await age(24);
      problemIn(await client.pay(id, { key }), 'idempotency-key-reused', 422);
      await age(25);
      expect(purchaseIn(await client.pay(id, { key })).status).toBe('confirmed');
      await age(50);
      await forgetOldPayments(database, 1_000);
      const kept = await database.query('SELECT FROM payment_requests WHERE idempotency_key = $1', [key]);
      expect(kept.rowCount).toBe(0);
      expect(purchaseIn(await client.pay(id, { key })).status).toBe('confirmed');
    });
  },
  { workers: 0, longestOutageMs: OUTAGE_MS },
);
