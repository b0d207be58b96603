import { problemIn, purchaseIn } from '../support/api-client';
import { poolOfBefore } from '../support/box-office';
import { eventually } from '../support/eventually';
import { inDays, newShow } from '../support/show-client';
import { describeBoxOffice } from './box-office';

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();

describeBoxOffice('the sale of a pool', (open) => {
  test('is over at its start where no closing time is given, and what was held before may still be paid', async () => {
    const { client } = open();
    const startsAt = inSeconds(4);
    const made = await client.createPool({ startsAt });
    expect(made).toMatchObject({ status: 'on-sale', startsAt, closesAt: startsAt });
    const held = await client.reserve(made.name);
    await eventually(async () => (await client.pool(made.name)).status === 'closed');
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(startsAt));
    expect(problemIn(await client.buy(made.name), 'sales-stopped', 409)).toMatchObject({ reason: 'the sale is over' });
    expect(purchaseIn(await client.pay(held.id)).status).toBe('confirmed');
  });

  test('is over at its start though an earlier release made the pool, which nobody closes', async () => {
    const { client, stack } = open();
    const startsAt = inSeconds(-1);
    const pool = await poolOfBefore(stack.database, { startsAt });
    expect(await client.pool(pool)).toMatchObject({ closesAt: startsAt });
    problemIn(await client.buy(pool), 'sales-stopped', 409);
    problemIn(await client.buy(pool, { wait: 0 }), 'sales-stopped', 409);
  });

  test('may close at its start, and not a moment after it', async () => {
    const { client } = open();
    const startsAt = inDays(1);
    expect(await client.createPool({ startsAt, closesAt: startsAt })).toMatchObject({ closesAt: startsAt });
    const body = {
      name: 'too-late',
      capacity: 1,
      price: { amount: 1, currency: 'EUR' },
      startsAt,
      closesAt: inDays(31),
    };
    const { errors } = problemIn(
      await client.call('POST', '/v1/pools', { as: 'promoter', body }),
      'validation-failed',
      422,
    );
    expect(errors).toMatchObject([{ path: 'closesAt' }]);
  });

  test('of a show is refused at its draft where an earlier release made a pool of a name of it', async () => {
    const { client, stack } = open();
    const show = newShow();
    const pool = await poolOfBefore(stack.database, { name: `${show.name}--balcony` });
    const answer = await client.call('POST', '/v1/shows', { as: 'promoter', body: show });
    expect(problemIn(answer, 'pool-name-taken', 409).detail).toContain(pool);
  });
});
