import { readStream } from '../../src/store';
import { type Answer, type ApiClient, poolIn, problemIn, purchaseIn } from '../support/api-client';
import { eventually } from '../support/eventually';
import { say } from '../support/steps';
import { describeBoxOffice } from './box-office';
import { ledgerOf } from './money';

const HOLD_MS = 300_000;

const euros = (amount: number) => ({ amount, currency: 'EUR' });

describeBoxOffice('a promoter', (open) => {
  const reserveMany = (client: ApiClient, pool: string, count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, buyer) => client.reserve(pool, { customerId: `buyer-${buyer}`, wait: 30 })),
    );

  test('stops a sale, and a hundred open holds are gone long before their time', async () => {
    const { client, stack } = open();
    const { name } = await client.createPool({ capacity: 120 });
    const purchases = await reserveMany(client, name, 100);
    const stopped = poolIn(await client.steer(name, 'stop', { reason: 'a storm is coming' }));
    expect(stopped).toMatchObject({ status: 'stopped', reason: 'a storm is coming', capacity: 120, sold: 0 });
    await Promise.all(
      purchases.map(async ({ id }) => {
        const { failure } = await client.becomes(id, 'cancelled');
        expect(failure?.detail).toContain('a storm is coming');
      }),
    );
    expect(await client.pool(name)).toMatchObject({ available: 120, claimed: 0 });

    const events = await readStream(stack.database, `pool-${name}`);
    const stop = events.find(({ type }) => type === 'SalesStopped');
    const lastRelease = events.findLast(({ type }) => type === 'TicketReleased');
    const took = Number(lastRelease?.created.getTime()) - Number(stop?.created.getTime());
    say(`The last of a hundred holds was gone ${took} ms after the stop`);
    expect(took).toBeLessThan(HOLD_MS / 10);
    for (const answer of [await client.buy(name), await client.buy(name, { wait: 0 })]) {
      expect(problemIn(answer, 'sales-stopped', 409)).toMatchObject({ reason: 'a storm is coming' });
    }
  });

  test('stops a sale and honours open holds: they can still pay, nobody else can buy', async () => {
    const { client, stack } = open();
    const { name } = await client.createPool({ capacity: 10 });
    const { id } = await client.reserve(name);
    poolIn(await client.steer(name, 'stop', { reason: 'enough for today', holds: 'honour' }));
    problemIn(await client.buy(name), 'sales-stopped', 409);
    expect(await client.purchase(id)).toMatchObject({ status: 'reserved' });
    expect(purchaseIn(await client.pay(id)).status).toBe('confirmed');
    expect(await ledgerOf(stack.database, id)).toHaveLength(1);
    expect(await client.pool(name)).toMatchObject({ status: 'stopped', sold: 1, claimed: 0 });
  });

  test.each(['release', 'honour'] as const)(
    'stops a sale (%s) under a storm of buyers, and from its answer on no ticket is claimed until it is resumed',
    async (holds) => {
      const { client, stack } = open();
      const { name } = await client.createPool({ capacity: 1_000 });
      const answers: Answer[] = [];
      let isOver = false;
      const storm = Array.from({ length: 8 }, async () => {
        while (!isOver) answers.push(await client.buy(name, { wait: 5 }));
      });
      try {
        await eventually(() => answers.length >= 20);
        poolIn(await client.steer(name, 'stop', { reason: 'rain', holds }));
        const refused = () => answers.filter(({ status }) => status === 409).length;
        await eventually(() => refused() >= 20);
        const stream = await readStream(stack.database, `pool-${name}`);
        const stop = stream.findIndex(({ type }) => type === 'SalesStopped');
        expect(stop).toBeGreaterThan(0);
        expect(stream.slice(stop).filter(({ type }) => type === 'TicketClaimed')).toEqual([]);
        poolIn(await client.steer(name, 'resume'));
      } finally {
        isOver = true;
        await Promise.all(storm);
      }
      for (const answer of answers) if (answer.status !== 201) problemIn(answer, 'sales-stopped', 409);
      purchaseIn(await client.buy(name), 201);
    },
  );

  test('reprices: new claims cost the new price, older ones keep and pay theirs', async () => {
    const { client, stack } = open();
    const { name } = await client.createPool();
    const older = await client.reserve(name);
    expect(poolIn(await client.steer(name, 'reprice', { price: euros(7_500) }))).toMatchObject({ price: euros(7_500) });
    const newer = await client.reserve(name, { quantity: 2 });
    expect([older.total, newer.total]).toEqual([euros(5_000), euros(15_000)]);
    const paid = await Promise.all([client.pay(older.id), client.pay(newer.id)]);
    expect(paid.map((answer) => purchaseIn(answer).total)).toEqual([euros(5_000), euros(15_000)]);
    const money = await Promise.all([older, newer].map(({ id }) => ledgerOf(stack.database, id)));
    expect(money.flat().map(({ amount }) => amount)).toEqual([5_000, 15_000]);
    const price = await client.call('GET', `/v1/pools/${name}/price`);
    expect(price.body).toMatchObject({ unit: euros(7_500) });
  });

  test('cancels a pool for good', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const { id } = await client.reserve(name);
    expect(poolIn(await client.steer(name, 'cancel', { reason: 'no band' }))).toMatchObject({ status: 'cancelled' });
    await client.becomes(id, 'cancelled');
    expect(problemIn(await client.buy(name), 'pool-cancelled', 409)).toMatchObject({ reason: 'no band' });
    expect(poolIn(await client.steer(name, 'cancel', { reason: 'still no band' }))).toMatchObject({
      reason: 'no band',
    });
    const others = [
      await client.steer(name, 'stop', { reason: 'rain' }),
      await client.steer(name, 'resume'),
      await client.steer(name, 'reprice', { price: euros(1) }),
    ];
    for (const answer of others) expect(problemIn(answer, 'pool-cancelled', 409)).toMatchObject({ reason: 'no band' });
    expect(await client.pool(name)).toMatchObject({ status: 'cancelled', available: 10 });
  });

  test('may say the same twice, and much at once', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const stop = () => client.steer(name, 'stop', { reason: 'rain' });
    for (const answer of [await stop(), await stop()]) expect(poolIn(answer).status).toBe('stopped');
    for (const answer of [await client.steer(name, 'resume'), await client.steer(name, 'resume')]) {
      expect(poolIn(answer).status).toBe('on-sale');
    }
    // More than one run of the pool's workflow holds.
    for (let price = 1; price <= 30; price += 1) {
      const answer = await client.steer(name, 'reprice', { price: euros(price) });
      expect(poolIn(answer).price).toEqual(euros(price));
    }
    const many = Array.from({ length: 40 }, (_, price) => client.steer(name, 'reprice', { price: euros(price + 100) }));
    for (const answer of await Promise.all(many)) poolIn(answer);
    const last = [...many.slice(0, 5), client.steer(name, 'cancel', { reason: 'enough' }), stop(), stop(), stop()];
    for (const answer of await Promise.all(last)) expect([200, 409]).toContain(answer.status);
    expect(await client.pool(name)).toMatchObject({ status: 'cancelled' });
  });

  test('opens and closes a sale by the clock', async () => {
    const { client } = open();
    const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();
    const opensAt = inSeconds(2);
    const [opening, closing] = await Promise.all([
      client.createPool({ opensAt, startsAt: inSeconds(3_600) }),
      client.createPool({ closesAt: inSeconds(3) }),
    ]);
    expect(opening).toMatchObject({ status: 'scheduled', opensAt });
    problemIn(await client.buy(opening.name, { wait: 0 }), 'sales-not-open', 409);
    const { id } = await client.reserve(closing.name);
    await eventually(async () => (await client.pool(opening.name)).status === 'on-sale');
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(opensAt));
    await client.reserve(opening.name);
    await eventually(async () => (await client.pool(closing.name)).status === 'closed');
    expect(problemIn(await client.buy(closing.name), 'sales-stopped', 409)).toMatchObject({
      reason: 'the sale is over',
    });
    expect(purchaseIn(await client.pay(id)).status).toBe('confirmed');
  });

  test('may plan for a day that is very far', async () => {
    const { client } = open();
    const { name } = await client.createPool({
      opensAt: '9998-01-01T00:00:00+02:00',
      startsAt: '9999-12-31T00:00:00Z',
    });
    expect(await client.pool(name)).toMatchObject({ status: 'scheduled', opensAt: '9997-12-31T22:00:00.000Z' });
    expect(poolIn(await client.steer(name, 'reprice', { price: euros(1) }))).toMatchObject({ price: euros(1) });
    expect(poolIn(await client.steer(name, 'cancel', { reason: 'too far' })).status).toBe('cancelled');
  });
});
