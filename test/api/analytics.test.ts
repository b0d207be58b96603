import { array, constantFrom, integer, record, sample } from 'fast-check';
import { problemIn } from '../support/api-client';
import { testSeed } from '../support/random';
import { foldSale, type SaleEvent } from '../support/sale-fold';
import { describeBoxOffice } from './box-office';

const ATTEMPTS = 3;

const end = constantFrom('paid' as const, 'paid' as const, 'cancelled' as const, 'declined' as const, 'open' as const);
type End = typeof end extends { generate(...args: never[]): { value: infer Value } } ? Value : never;
const purchases = array(record({ pool: integer({ min: 0, max: 1 }), quantity: integer({ min: 1, max: 4 }), end }), {
  minLength: 10,
  maxLength: 10,
});

describeBoxOffice('the figures of a sale', (open) => {
  const today = () => new Date().toISOString().slice(0, 10);
  const figuresOf = (name: string, as: 'promoter' | 'otherPromoter' | 'operator' = 'promoter') =>
    open().client.call('GET', `/v1/analytics/pools/${name}`, { as });

  async function buy(name: string, quantity: number, how: End): Promise<void> {
    const { client } = open();
    const { id } = await client.reserve(name, { quantity });
    if (how === 'paid') expect(await client.pay(id)).toMatchObject({ status: 200 });
    if (how === 'cancelled') expect(await client.cancel(id)).toMatchObject({ status: 200 });
    if (how !== 'declined') return;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) await client.pay(id, { token: 'tok_declined' });
    await client.becomes(id, 'payment-failed');
  }

  test('say what was sold, earned, kept back and lost, and at which price', async () => {
    const { client } = open();
    const { name, title } = await client.createPool({ capacity: 8 });
    await client.call('POST', `/v1/pools/${name}/withhold`, { as: 'promoter', body: { quantity: 1 } });
    await buy(name, 2, 'paid');
    await client.steer(name, 'reprice', { price: { amount: 3_333, currency: 'EUR' } });
    await buy(name, 1, 'paid');
    await buy(name, 3, 'cancelled');
    await buy(name, 1, 'open');
    const answer = await figuresOf(name);
    const none = { purchases: 0, tickets: 0 };
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      name,
      title,
      status: 'on-sale',
      capacity: 8,
      available: 3,
      claimed: 1,
      sold: 3,
      withheld: 1,
      soldPercent: 37.5,
      revenue: { amount: 13_333, currency: 'EUR' },
      averagePrice: { amount: 4_444, currency: 'EUR' },
      sellThrough: [{ day: today(), tickets: 3, sold: 3, percent: 37.5, revenue: 13_333 }],
      conversion: {
        reserved: { purchases: 4, tickets: 7 },
        confirmed: { purchases: 2, tickets: 3 },
        expired: none,
        cancelled: { purchases: 1, tickets: 3 },
        failed: none,
        open: { purchases: 1, tickets: 1 },
        percent: 50,
      },
    });
  });

  test('are nothing where nothing was sold yet', async () => {
    const { name } = await open().client.createPool({ price: { amount: 900, currency: 'JPY' } });
    const { body } = await figuresOf(name);
    expect(body).toMatchObject({ soldPercent: 0, revenue: { amount: 0, currency: 'JPY' }, sellThrough: [] });
    expect(body).not.toHaveProperty('averagePrice');
    expect(body).not.toHaveProperty('conversion.percent');
  });

  test(`are what the events of a random sale come to (seed ${testSeed()})`, async () => {
    const { client, stack } = open();
    const pools = [await client.createPool({ capacity: 60 }), await client.createPool({ capacity: 70 })];
    const nameOf = (index: number) => pools[index]?.name ?? '';
    const [buyers = []] = sample(purchases, { seed: testSeed(), numRuns: 1 });
    await Promise.all(buyers.map(({ pool, quantity, end: how }) => buy(nameOf(pool), quantity, how)));
    const { rows: events } = await stack.database.query<SaleEvent>(
      'SELECT stream, type, data, recorded_at AS created FROM events ORDER BY position',
    );
    for (const { name } of pools) {
      const { body } = await figuresOf(name);
      const { days, revenue, conversion, ...counts } = foldSale(events, [name]);
      const tickets = days.map(({ day, tickets: of }) => ({ day, tickets: of }));
      expect(body).toMatchObject({ ...counts, revenue: { amount: revenue }, conversion, sellThrough: tickets });
    }
  });

  test('are told to the promoter whose sale it is, and to an operator', async () => {
    const { name } = await open().client.createPool();
    problemIn(await figuresOf(name, 'otherPromoter'), 'forbidden', 403);
    problemIn(await figuresOf('of-nobody'), 'not-found', 404);
    expect((await figuresOf(name, 'operator')).body).toEqual((await figuresOf(name)).body);
  });
});
