import { randomUUID } from 'node:crypto';
import { type Answer, type ApiClient, type Purchase, problemIn, purchaseIn } from '../support/api-client';
import { describeBoxOffice } from './box-office';
import { capturesFor } from './money';

/** So many buyers ask for one ticket each, all at once. */
function buyAtOnce(client: ApiClient, pool: string, buyers: number): Promise<Answer[]> {
  const buy = async (customerId: string) => {
    const key = randomUUID();
    // On a busy machine a purchase may be undecided for longer than anybody waits.
    for (;;) {
      const answer = await client.buy(pool, { customerId, key });
      if (answer.status !== 202) return answer;
    }
  };
  return Promise.all(Array.from({ length: buyers }, (_, buyer) => buy(`buyer-${buyer}`)));
}

/** Those who were served; every other one was refused because nothing was left. */
function served(answers: readonly Answer[], capacity: number): Purchase[] {
  const winners = answers.filter(({ status }) => status === 201).map((answer) => purchaseIn(answer, 201));
  expect(winners).toHaveLength(capacity);
  for (const answer of answers.filter(({ status }) => status !== 201)) {
    expect(problemIn(answer, 'insufficient-inventory', 409)).toMatchObject({ requested: 1, available: 0 });
  }
  const tickets = winners.flatMap(({ items }) => items.flatMap((item) => item.tickets.map(({ id }) => id)));
  expect(new Set(tickets).size).toBe(capacity);
  return winners;
}

describeBoxOffice('a crowd of buyers', (open) => {
  test('gives the last ticket to exactly one of ten', async () => {
    const { client } = open();
    const { name } = await client.createPool({ capacity: 1 });
    served(await buyAtOnce(client, name, 10), 1);
    expect(await client.pool(name)).toMatchObject({ available: 0, claimed: 1, soldOut: false, allHeld: true });
  });

  async function sellOut(capacity: number, buyers: number): Promise<void> {
    const { client, stack } = open();
    const { name } = await client.createPool({ capacity });
    const winners = served(await buyAtOnce(client, name, buyers), capacity);
    expect(await client.pool(name)).toMatchObject({ available: 0, claimed: capacity, sold: 0 });

    const pay = async ({ id }: Purchase) => {
      const answer = await client.pay(id);
      return answer.status === 202 ? client.becomes(id, 'confirmed') : purchaseIn(answer);
    };
    const orders = (await Promise.all(winners.map(pay))).map(({ orderId }) => orderId);
    expect(new Set(orders).size).toBe(capacity);
    expect(await client.pool(name)).toMatchObject({ available: 0, claimed: 0, sold: capacity });
    const ids = winners.map(({ id }) => id);
    expect(await capturesFor(stack.database, ids)).toBe(capacity);
  }

  test('of 150 serves exactly as many as there are tickets, and all of those can pay at once', async () => {
    await sellOut(100, 150);
  });

  test('of 150 serves exactly as many where two workers decide', async () => {
    await open().stack.startWorker();
    await sellOut(100, 150);
  });

  test('finds the whole ticket count again when everybody gives theirs back', async () => {
    const { client } = open();
    const { name } = await client.createPool({ capacity: 20 });
    const winners = served(await buyAtOnce(client, name, 30), 20);
    for (const answer of await Promise.all(winners.map(({ id }) => client.cancel(id)))) {
      expect(purchaseIn(answer).status).toBe('cancelled');
    }
    expect(await client.pool(name)).toMatchObject({ available: 20, claimed: 0, sold: 0 });
    served(await buyAtOnce(client, name, 25), 20);
  });
});
