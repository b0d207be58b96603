import { randomUUID } from 'node:crypto';
import { type Answer, problemIn, purchaseIn } from '../support/api-client';
import { eventually } from '../support/eventually';
import { describeBoxOffice } from './box-office';
import { ledgerOf } from './money';

const capture = { kind: 'capture', amount: 5_000 };

describeBoxOffice('paying', (open) => {
  const ledger = (id: string) => ledgerOf(open().stack.database, id);

  test.each(['tok_ok', 'tok_slow', 'tok_lost', 'tok_down'])('with %s confirms and charges once', async (token) => {
    const { client } = open();
    const { id } = await client.reserve((await client.createPool()).name);
    expect(purchaseIn(await client.pay(id, { token }))).toMatchObject({ id, status: 'confirmed' });
    expect(await ledger(id)).toEqual([capture]);
  });

  test.each([
    ['tok_declined', 'card declined'],
    ['tok_insufficient_funds', 'insufficient funds'],
    ['tok_of_nobody', 'unknown token'],
  ])('with %s is answered 402, and may be tried again', async (token, reason) => {
    const { client } = open();
    const { name } = await client.createPool();
    const { id } = await client.reserve(name);
    const declined = problemIn(await client.pay(id, { token }), 'payment-declined', 402);
    expect(declined).toMatchObject({ reason, attemptsLeft: 2 });
    expect(await client.purchase(id)).toMatchObject({ status: 'reserved' });
    expect(purchaseIn(await client.pay(id)).status).toBe('confirmed');
    expect(await ledger(id)).toEqual([capture]);
  });

  test('a third time in vain ends the purchase and gives the tickets back', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const { id } = await client.reserve(name);
    for (const attemptsLeft of [2, 1, 0]) {
      const answer = await client.pay(id, { token: 'tok_declined' });
      expect(problemIn(answer, 'payment-declined', 402)).toMatchObject({ attemptsLeft });
    }
    const ended = await client.becomes(id, 'payment-failed');
    expect(ended.failure).toMatchObject({
      type: '/problems/payment-declined',
      reason: 'card declined',
      attemptsLeft: 0,
    });
    const again = problemIn(await client.pay(id), 'purchase-not-payable', 409);
    expect(again).toMatchObject({ purchaseStatus: 'payment-failed' });
    expect(await client.pool(name)).toMatchObject({ available: 10 });
    expect(await ledger(id)).toEqual([]);
  });

  test('after the end of the hold is answered 410 and takes no money', async () => {
    const { client } = open();
    const { name } = await client.createPool({ holdSeconds: 1 });
    const { id } = await client.reserve(name);
    const expired = await client.becomes(id, 'expired');
    expect(expired.failure).toMatchObject({ type: '/problems/purchase-expired', status: 410 });
    for (const wait of [0, 5]) problemIn(await client.pay(id, { wait }), 'purchase-expired', 410);
    problemIn(await client.cancel(id), 'purchase-expired', 410);
    expect(await ledger(id)).toEqual([]);
    expect(await client.pool(name)).toMatchObject({ available: 10 });
  });

  test('what is confirmed, cancelled or refused is answered 409', async () => {
    const { client } = open();
    const { name } = await client.createPool({ capacity: 2 });
    const [confirmed, cancelled] = [await client.reserve(name), await client.reserve(name)];
    await client.pay(confirmed.id);
    await client.cancel(cancelled.id);
    for (const { id } of [confirmed, cancelled]) {
      const { status: purchaseStatus } = await client.purchase(id);
      for (const wait of [0, 5]) {
        const answer = await client.pay(id, { wait });
        expect(problemIn(answer, 'purchase-not-payable', 409)).toMatchObject({ purchaseStatus });
      }
    }
    expect(await ledger(confirmed.id)).toEqual([capture]);
    expect(await ledger(cancelled.id)).toEqual([]);

    const rejected = await eventually(rejectedPurchase);
    const answer = problemIn(await client.pay(rejected), 'purchase-not-payable', 409);
    expect(answer).toMatchObject({ purchaseStatus: 'rejected' });
    const { failure } = await client.purchase(rejected);
    expect(failure).toMatchObject({ type: '/problems/insufficient-inventory', status: 409, available: 0 });
  });

  /** One that passed the door and came too late all the same; its id. */
  async function rejectedPurchase(): Promise<string> {
    const { client } = open();
    const { name } = await client.createPool({ capacity: 1 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => client.buy(name, { wait: 0 })));
    const ids = answers.filter(({ status }) => status === 202).map(idIn);
    const purchases = await Promise.all(ids.map((id) => decided(id)));
    const rejected = purchases.find(({ status }) => status === 'rejected');
    if (!rejected) throw new Error('nobody came too late');
    return rejected.id;
  }

  const decided = (id: string) =>
    eventually(async () => {
      const purchase = await open().client.purchase(id);
      return purchase.status !== 'requested' && purchase;
    });

  test('by a double click charges once', async () => {
    const { client } = open();
    const { id } = await client.reserve((await client.createPool()).name);
    const clicks = await Promise.all([1, 2, 3].map(() => client.pay(id)));
    const orders = clicks.map((answer) => purchaseIn(answer).orderId);
    expect(new Set(orders).size).toBe(1);
    expect(await ledger(id)).toEqual([capture]);
  });

  test('under an empty idempotency key is a payment of its own', async () => {
    const { client } = open();
    const { id } = await client.reserve((await client.createPool()).name);
    problemIn(await client.pay(id, { token: 'tok_declined', key: '' }), 'payment-declined', 402);
    purchaseIn(await client.pay(id, { key: '' }));
    expect(await ledger(id)).toEqual([capture]);
  });

  test('under one idempotency key is one payment, however often it is sent', async () => {
    const { client } = open();
    const { id } = await client.reserve((await client.createPool()).name);
    const key = randomUUID();
    const decline = () => client.pay(id, { token: 'tok_declined', key });
    for (const answer of [await decline(), ...(await Promise.all([decline(), decline()]))]) {
      expect(problemIn(answer, 'payment-declined', 402)).toMatchObject({ attemptsLeft: 2 });
    }
    problemIn(await client.pay(id, { key }), 'idempotency-key-reused', 422);
    const another = randomUUID();
    const first = purchaseIn(await client.pay(id, { key: another }));
    expect(purchaseIn(await client.pay(id, { key: another }))).toEqual(first);
    problemIn(await client.pay(id, { token: 'tok_declined', key: another }), 'idempotency-key-reused', 422);
    expect(await ledger(id)).toEqual([capture]);
  });
});

const idIn = ({ body }: Answer) => (body as { id: string }).id;
