import { type ApiClient, problemIn, purchaseIn } from '../support/api-client';
import { poolOfBefore } from '../support/box-office';
import { ShowClient, showIn } from '../support/show-client';
import { describeBoxOffice } from './box-office';

const euros = (amount: number) => ({ amount, currency: 'EUR' });

describeBoxOffice('what one customer may have of a pool', (open) => {
  const limited = (changes: object = {}) => open().client.createPool({ maxPerCustomer: 3, ...changes });
  const customerId = 'alice';
  const refused = async (client: ApiClient, pool: string, quantity: number, held: number) => {
    const problem = problemIn(await client.buy(pool, { quantity, customerId }), 'customer-limit-reached', 409);
    expect(problem).toMatchObject({ pool, limit: 3, held });
  };

  test('counts what is held and what was bought, over all purchases', async () => {
    const { client } = open();
    const { name, maxPerCustomer } = await limited();
    expect(maxPerCustomer).toBe(3);
    await refused(client, name, 4, 0);
    const bought = await client.reserve(name, { quantity: 2, customerId });
    await refused(client, name, 2, 2);
    purchaseIn(await client.pay(bought.id));
    await refused(client, name, 2, 2);
    await client.reserve(name, { customerId });
    await refused(client, name, 1, 3);
    await client.reserve(name, { quantity: 3, customerId: 'bob' });
    expect(await client.pool(name)).toMatchObject({ available: 4, claimed: 4, sold: 2 });
  });

  test('is free again when a hold ends without a sale', async () => {
    const { client } = open();
    const { name } = await limited({ holdSeconds: 1 });
    const { id } = await client.reserve(name, { quantity: 3, customerId });
    await client.becomes(id, 'expired');
    const again = await client.reserve(name, { quantity: 2, customerId });
    purchaseIn(await client.cancel(again.id));
    await client.reserve(name, { quantity: 3, customerId });
    expect(await client.pool(name)).toMatchObject({ claimed: 3 });
  });

  test('is not more for a customer who sends many purchases at once', async () => {
    const { client } = open();
    const { name } = await limited({ capacity: 100 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.buy(name, { quantity: 2, customerId })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const answer of answers) if (answer.status !== 201) problemIn(answer, 'customer-limit-reached', 409);
    expect(await client.pool(name)).toMatchObject({ claimed: 2 });
  });

  test('has no limit where the pool names none, and none that makes no sense', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    for (let paid = 0; paid < 8; paid += 4) {
      const { id } = await client.reserve(name, { quantity: 4, customerId });
      purchaseIn(await client.pay(id));
    }
    await client.reserve(name, { quantity: 2, customerId });
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

describeBoxOffice('what one customer may hold of a pool', (open) => {
  const customerId = 'alice';

  test('is twice the most of a purchase, so that nobody keeps a hall by holding it', async () => {
    const { client } = open();
    const { name, maxHeldPerCustomer } = await client.createPool({ capacity: 100, maxPerPurchase: 2 });
    expect(maxHeldPerCustomer).toBe(4);
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.buy(name, { quantity: 2, customerId })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(2);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      const problem = problemIn(answer, 'customer-limit-reached', 409);
      expect(problem).toMatchObject({ pool: name, limit: 4, held: 4, counted: 'held' });
    }
    expect(await client.pool(name)).toMatchObject({ claimed: 4, available: 96 });
    await client.reserve(name, { quantity: 2, customerId: 'bob' });
  });

  test('counts no more once it is paid or given back', async () => {
    const { client } = open();
    const { name } = await client.createPool({ maxPerPurchase: 1 });
    const [paid, cancelled] = [await client.reserve(name, { customerId }), await client.reserve(name, { customerId })];
    problemIn(await client.buy(name, { customerId }), 'customer-limit-reached', 409);
    purchaseIn(await client.pay(paid.id));
    purchaseIn(await client.cancel(cancelled.id));
    for (let held = 0; held < 2; held += 1) await client.reserve(name, { customerId });
    problemIn(await client.buy(name, { customerId: `${customerId}\u200b` }), 'customer-limit-reached', 409);
  });

  test('is as the pool or the section of a show says, within its bounds', async () => {
    const { client } = open();
    const { name, maxHeldPerCustomer } = await client.createPool({ maxHeldPerCustomer: 9 });
    expect(maxHeldPerCustomer).toBe(9);
    for (const quantity of [4, 4, 1]) await client.reserve(name, { quantity, customerId });
    problemIn(await client.buy(name, { customerId }), 'customer-limit-reached', 409);
    const price = euros(1_000);
    const sections = [
      { name: 'stalls', capacity: 10, price, maxHeldPerCustomer: 1 },
      { name: 'balcony', capacity: 10, price, maxPerCustomer: 7 },
    ];
    const shows = new ShowClient(client);
    const draft = await shows.drafted({ sections });
    expect(draft.sections.map((each) => each.maxHeldPerCustomer)).toEqual([1, 7]);
    const published = showIn(await shows.steer(draft.name, 'publish'));
    expect(published.sections.map((each) => each.maxHeldPerCustomer)).toEqual([1, 7]);
    for (const wrong of [0, 1_000_001, 1.5, '3']) {
      const body = { name: 'no-such-pool', capacity: 1, price, maxHeldPerCustomer: wrong };
      const answer = await client.call('POST', '/v1/pools', { as: 'promoter', body });
      expect(problemIn(answer, 'validation-failed', 422).errors).toMatchObject([{ path: 'maxHeldPerCustomer' }]);
    }
  });

  test('is the same of a pool that an earlier release made', async () => {
    const { client, stack } = open();
    const name = await poolOfBefore(stack.database, { maxPerPurchase: 1 });
    expect(await client.pool(name)).toMatchObject({ maxHeldPerCustomer: 2 });
    for (let held = 0; held < 2; held += 1) await client.reserve(name, { customerId });
    problemIn(await client.buy(name, { customerId }), 'customer-limit-reached', 409);
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
