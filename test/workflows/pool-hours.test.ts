import type { Refusal } from '../../src/domain';
import { describeWith } from '../support/describe-with';
import { eventually } from '../support/eventually';
import { Stage } from './stage';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

describeWith('timeSkipping', 'the hours of a pool', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ on: 'timeSkipping' });
  });
  afterEach(() => stage.assertSettled());
  afterAll(() => stage.close());

  /** So many hours from now, by the server's clock. */
  const inHours = async (hours: number) => new Date((await stage.env.currentTimeMs()) + hours * HOUR_MS).toISOString();

  /** Why a ticket cannot be had now. A rejected purchase is not awaited by its result, which would let time pass. */
  async function refusalOf(pool: string): Promise<Refusal | undefined> {
    const buyer = await stage.buy({ [pool]: 1 });
    await buyer.reaches('rejected');
    return (await buyer.view())?.refusal;
  }

  it('open and close the sale on time', async () => {
    const promoter = await stage.promote({ opensAt: await inHours(1), closesAt: await inHours(2) });
    const { pool } = promoter;
    await promoter.reaches({ status: 'scheduled' });
    expect(await refusalOf(pool)).toMatchObject({ slug: 'sales-not-open' });

    await stage.env.sleep(HOUR_MS);
    await promoter.reaches({ status: 'on-sale', lastOutcome: 'Sales opened on time.', handled: 0 });
    await stage.env.sleep(HOUR_MS - MINUTE_MS);
    const honoured = await stage.reserve({ [pool]: 1 });

    await stage.env.sleep(2 * MINUTE_MS);
    await promoter.reaches({ status: 'closed', lastOutcome: 'Sales closed on time.' });
    expect(await refusalOf(pool)).toMatchObject({ slug: 'sales-stopped', reason: 'the sale is over' });
    await honoured.pay();
    expect(await honoured.ends()).toMatchObject({ status: 'confirmed' });
    expect(await stage.poolEvents(pool)).toEqual([
      'PoolCreated',
      'SalesOpened',
      'TicketClaimed',
      'SalesClosed',
      'TicketBought',
    ]);
  });

  it('are over at the start where no closing time is given, also for one that is started by hand', async () => {
    const promoter = await stage.promote({ startsAt: await inHours(1) });
    await promoter.reaches({ status: 'on-sale' });
    const honoured = await stage.reserve({ [promoter.pool]: 1 });
    await stage.env.sleep(HOUR_MS - MINUTE_MS);
    const late = await stage.reserve({ [promoter.pool]: 1 });
    await honoured.ends();
    await promoter.reaches({ status: 'closed', lastOutcome: 'Sales closed on time.' });
    expect(await refusalOf(promoter.pool)).toMatchObject({ slug: 'sales-stopped', reason: 'the sale is over' });
    await late.ends();
  });

  it('that begin in the past have begun', async () => {
    const promoter = await stage.promote({ opensAt: await inHours(-1) });
    await promoter.reaches({ status: 'on-sale' });
    expect(await stage.poolEvents(promoter.pool)).toEqual(['PoolCreated', 'SalesOpened']);
  });

  it('do not sell what was stopped meanwhile', async () => {
    const promoter = await stage.promote({ opensAt: await inHours(1), closesAt: await inHours(3) });
    await promoter.send('stopSales', { reason: 'a storm is coming' });
    await promoter.reaches({ status: 'stopped', handled: 1 });
    await stage.env.sleep(HOUR_MS + MINUTE_MS);
    await promoter.reaches({ status: 'stopped', lastOutcome: 'Sales opened on time.' });
    expect(await refusalOf(promoter.pool)).toMatchObject({ slug: 'sales-stopped', reason: 'a storm is coming' });

    await promoter.send('resumeSales');
    await promoter.reaches({ status: 'on-sale', handled: 2 });
    await stage.env.sleep(2 * HOUR_MS);
    await promoter.reaches({ status: 'closed' });
    await promoter.send('resumeSales');
    await promoter.reaches({ status: 'closed', handled: 3 });
  });

  it('end with the pool', async () => {
    const promoter = await stage.promote({ opensAt: await inHours(1) });
    await promoter.reaches({ status: 'scheduled' });
    await promoter.send('cancelSales', { reason: 'nobody comes' });
    expect(await promoter.handle.result()).toMatchObject({ status: 'cancelled' });
    expect(await stage.poolEvents(promoter.pool)).toEqual(['PoolCreated', 'PoolCancelled']);
  });

  it('are kept though somebody waits for an outcome that never comes, and is told so', async () => {
    const promoter = await stage.promote({ opensAt: await inHours(1) });
    await promoter.reaches({ status: 'scheduled' });
    const outcome = promoter.outcome('no-such-request').catch((error: unknown) => error);
    await eventually(async () => {
      await stage.env.sleep(MINUTE_MS);
      return (await promoter.status()).status === 'on-sale';
    });
    expect(await outcome).toMatchObject({ cause: { type: 'NoOutcome' } });
  });
});
