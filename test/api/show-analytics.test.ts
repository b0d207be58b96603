import { randomUUID } from 'node:crypto';
import { array, constantFrom, sample, subarray } from 'fast-check';
import { problemIn, purchaseIn } from '../support/api-client';
import { testSeed } from '../support/random';
import { foldSale, type SaleEvent } from '../support/sale-fold';
import { describeBoxOffice } from './box-office';

const DAY_MS = 86_400_000;
const sections = ['stalls', 'circle', 'gods'];
const end = constantFrom('paid' as const, 'paid' as const, 'cancelled' as const, 'open' as const);

describeBoxOffice('the figures of a show', (open) => {
  type Caller = 'promoter' | 'otherPromoter' | 'operator';
  const figuresOf = (name: string, as: Caller = 'promoter') =>
    open().client.call('GET', `/v1/analytics/shows/${name}`, { as });

  async function drafted(): Promise<string> {
    const name = `show-${randomUUID().slice(0, 8)}`;
    const body = {
      name,
      title: 'Gala',
      venue: `Hall ${name}`,
      startsAt: new Date(Date.now() + 30 * DAY_MS),
      durationMinutes: 120,
      sections: sections.map((section, index) => ({
        name: section,
        capacity: 40 + index,
        price: { amount: 5_000 - index * 777, currency: 'EUR' },
      })),
    };
    expect(await open().client.call('POST', '/v1/shows', { as: 'promoter', body })).toMatchObject({ status: 201 });
    return name;
  }
  const step = async (name: string, command: string) =>
    expect(await open().client.call('POST', `/v1/shows/${name}/${command}`, { as: 'promoter' })).toMatchObject({
      status: 200,
    });

  async function buy(pools: readonly string[], how: 'paid' | 'cancelled' | 'open'): Promise<void> {
    const { client } = open();
    const { id } = purchaseIn(await client.buyLines(pools.map((pool) => ({ pool, quantity: 2 }))), 201);
    if (how === 'paid') expect(await client.pay(id)).toMatchObject({ status: 200 });
    if (how === 'cancelled') expect(await client.cancel(id)).toMatchObject({ status: 200 });
  }

  test(`are what the events of a random sale come to, in all and in each section (seed ${testSeed()})`, async () => {
    const { stack } = open();
    const name = await drafted();
    await step(name, 'publish');
    await step(name, 'open');
    const poolOf = (section: string) => `${name}--${section}`;
    const wishes = array(subarray(sections, { minLength: 1 }), { minLength: 8, maxLength: 8 });
    const [wanted = []] = sample(wishes, { seed: testSeed(), numRuns: 1 });
    const ends = sample(end, { seed: testSeed(), numRuns: wanted.length });
    await Promise.all(wanted.map((names, nth) => buy(names.map(poolOf), ends[nth] ?? 'open')));
    const { rows: events } = await stack.database.query<SaleEvent>(
      'SELECT stream, type, data, recorded_at AS created FROM events ORDER BY position',
    );
    const expected = (pools: readonly string[]) => {
      const { days, revenue, conversion, ...counts } = foldSale(events, pools);
      const sellThrough = days.map(({ day, tickets }) => ({ day, tickets }));
      return { ...counts, revenue: { amount: revenue, currency: 'EUR' }, conversion, sellThrough };
    };
    const answer = await figuresOf(name);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        name,
        title: 'Gala',
        status: 'sales-open',
        totals: expected(sections.map(poolOf)),
        sections: sections.map((section) => ({
          name: section,
          pool: poolOf(section),
          status: 'on-sale',
          ...expected([poolOf(section)]),
        })),
      },
    });
    expect(answer.body).toHaveProperty('totals.conversion.reserved.purchases', wanted.length);
    expect((await figuresOf(name, 'operator')).body).toEqual(answer.body);
  });

  test('are what is planned, of a draft, and are told to its promoter alone', async () => {
    const name = await drafted();
    expect((await figuresOf(name)).body).toMatchObject({
      status: 'draft',
      totals: { capacity: 123, available: 123, sold: 0, revenue: { amount: 0, currency: 'EUR' }, sellThrough: [] },
      sections: [{ name: 'stalls', capacity: 40 }, { capacity: 41 }, { capacity: 42 }],
    });
    problemIn(await figuresOf(name, 'otherPromoter'), 'not-found', 404);
    problemIn(await figuresOf('of-nobody'), 'not-found', 404);
  });
});
