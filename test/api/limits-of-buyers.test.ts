import { type ApiClient, problemIn, purchaseIn } from '../support/api-client';
import { describeBoxOffice } from './box-office';

const euros = (amount: number) => ({ amount, currency: 'EUR' });

describeBoxOffice('what one customer may have of a pool', (open) => {
  const limited = (changes: object = {}) => open().client.createPool({ maxPerCustomer: 3, ...changes });
  const refused = async (client: ApiClient, pool: string, quantity: number, held: number) => {
    const problem = problemIn(await client.buy(pool, { quantity }), 'customer-limit-reached', 409);
    expect(problem).toMatchObject({ pool, limit: 3, held });
  };

  test('counts what is held and what was bought, over all purchases', async () => {
    const { client } = open();
    const { name, maxPerCustomer } = await limited();
    expect(maxPerCustomer).toBe(3);
    await refused(client, name, 4, 0);
    const bought = await client.reserve(name, { quantity: 2 });
    await refused(client, name, 2, 2);
    purchaseIn(await client.pay(bought.id));
    await refused(client, name, 2, 2);
    await client.reserve(name);
    await refused(client, name, 1, 3);
    await client.reserve(name, { quantity: 3, customerId: 'bob' });
    expect(await client.pool(name)).toMatchObject({ available: 4, claimed: 4, sold: 2 });
  });

  test('is free again when a hold ends without a sale', async () => {
    const { client } = open();
    const { name } = await limited({ holdSeconds: 1 });
    const { id } = await client.reserve(name, { quantity: 3 });
    await client.becomes(id, 'expired');
    const again = await client.reserve(name, { quantity: 2 });
    purchaseIn(await client.cancel(again.id));
    await client.reserve(name, { quantity: 3 });
    expect(await client.pool(name)).toMatchObject({ claimed: 3 });
  });

  test('is not more for a customer who sends many purchases at once', async () => {
    const { client } = open();
    const { name } = await limited({ capacity: 100 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.buy(name, { quantity: 2 })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const answer of answers) if (answer.status !== 201) problemIn(answer, 'customer-limit-reached', 409);
    expect(await client.pool(name)).toMatchObject({ claimed: 2 });
  }, 60_000);

  test('has no limit where the pool names none, and none that makes no sense', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    await client.reserve(name, { quantity: 4 });
    await client.reserve(name, { quantity: 4 });
    for (const maxPerCustomer of [0, 1_001, 1.5, '3']) {
      const body = { name: 'no-such-pool', capacity: 1, price: euros(1), maxPerCustomer };
      const { errors } = problemIn(
        await client.call('POST', '/v1/pools', { as: 'promoter', body }),
        'validation-failed',
        422,
      );
      expect(errors).toMatchObject([{ path: 'maxPerCustomer' }]);
    }
  });
});

describeBoxOffice('the most that a buyer would pay', (open) => {
  const buyFor = (pool: string, most: number, currency = 'EUR') =>
    open().client.buyLines([{ pool, quantity: 1, maxUnitPrice: { amount: most, currency } }]);

  test('is no less than the price, or the purchase is refused with the price now', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    expect(purchaseIn(await buyFor(name, 5_000), 201).total).toEqual(euros(5_000));
    expect(purchaseIn(await buyFor(name, 9_000), 201).total).toEqual(euros(5_000));
    await client.steer(name, 'reprice', { price: euros(6_000) });
    expect(problemIn(await buyFor(name, 5_000), 'price-changed', 409)).toMatchObject({
      pool: name,
      price: euros(6_000),
    });
    expect(purchaseIn(await buyFor(name, 6_000), 201).total).toEqual(euros(6_000));
    for (const [most, currency, path] of [
      [6_000, 'USD', 'items.maxUnitPrice.currency'],
      [0, 'EUR', 'items.0.maxUnitPrice.amount'],
    ] as const) {
      const { errors } = problemIn(await buyFor(name, most, currency), 'validation-failed', 422);
      expect(errors).toMatchObject([{ path }]);
    }
  });

  test('holds when all buy at once and the price rises under them', async () => {
    const { client } = open();
    const demand = { everyPercentSold: 10, percent: 10, maxPercent: 100 };
    const { name } = await client.createPool({ pricing: { demand } });
    const answers = await Promise.all(Array.from({ length: 10 }, () => buyFor(name, 6_000)));
    const prices = answers
      .filter(({ status }) => status === 201)
      .map((answer) => purchaseIn(answer, 201).total?.amount);
    expect(prices.sort()).toEqual([5_000, 5_500, 6_000]);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      expect(problemIn(answer, 'price-changed', 409)).toMatchObject({ price: euros(6_500) });
    }
    expect(await client.pool(name)).toMatchObject({ claimed: 3, price: euros(6_500) });
  });
});
