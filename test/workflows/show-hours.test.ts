import { describeWith } from '../support/describe-with';
import type { Director } from './director';
import { Stage } from './stage';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

describeWith('timeSkipping', 'the hours of a show', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ on: 'timeSkipping' });
  });
  afterEach(() => stage.assertSettled());
  afterAll(() => stage.close());

  /** So many hours from now, by the server's clock. */
  const inHours = async (hours: number) => new Date((await stage.env.currentTimeMs()) + hours * HOUR_MS).toISOString();
  const pass = (hours: number) => stage.env.sleep(hours * HOUR_MS + MINUTE_MS);

  /** Time does not pass while the outcome of an update is awaited. */
  async function published(director: Director): Promise<void> {
    await director.send('publish');
    await director.reaches({ status: 'published' });
  }

  it('open its sale, close it, and end it on time, with all its pools', async () => {
    const director = await stage.direct({
      opensAt: await inHours(24),
      closesAt: await inHours(48),
      startsAt: await inHours(72),
    });
    await published(director);
    await director.poolsReach({ status: 'scheduled' });
    const [first = ''] = director.pools;
    await pass(24);
    await director.reaches({
      status: 'sales-open',
      lastOutcome: `Sales opened on time. On sale until ${director.settings.closesAt}.`,
      handled: 1,
    });
    await director.poolsReach({ status: 'on-sale' });
    const honoured = await stage.reserve({ [first]: 1 });
    await honoured.pay();
    await honoured.reaches('confirmed');
    await pass(24);
    await director.reaches({ status: 'sales-closed' });
    await director.poolsReach({ status: 'closed' });
    await pass(26);
    expect(await director.handle.result()).toMatchObject({ status: 'completed', lastOutcome: 'The show is over.' });
    expect(await director.events()).toEqual([
      'ShowDrafted',
      'ShowPublished',
      'ShowSalesOpened',
      'ShowSalesClosed',
      'ShowCompleted',
    ]);
    expect(await director.poolEvents()).toEqual(Array(2).fill(['PoolCreated', 'SalesOpened', 'SalesClosed']));
  });

  it('close what nobody ever opened, at its start where nothing else is said, and end it', async () => {
    const director = await stage.direct({ startsAt: await inHours(72) });
    await published(director);
    await pass(72);
    await director.reaches({ status: 'sales-closed' });
    await director.poolsReach({ status: 'closed' });
    await pass(2);
    expect(await director.handle.result()).toMatchObject({ status: 'completed' });
    expect(await director.poolEvents()).toEqual(Array(2).fill(['PoolCreated', 'SalesClosed']));
  });

  it('that have passed before it is published open it at once', async () => {
    const director = await stage.direct({ opensAt: await inHours(-1), startsAt: await inHours(72) });
    await director.send('publish');
    await director.reaches({ status: 'sales-open' });
    await director.poolsReach({ status: 'on-sale' });
  });

  it('may be gone before by hand', async () => {
    const director = await stage.direct({ opensAt: await inHours(24), startsAt: await inHours(72) });
    await published(director);
    await director.send('openSales');
    await director.reaches({ status: 'sales-open' });
    await director.send('closeSales');
    await director.reaches({ status: 'sales-closed' });
    await pass(24);
    await director.reaches({ status: 'sales-closed', handled: 3 });
    await pass(50);
    expect(await director.handle.result()).toMatchObject({ status: 'completed' });
    expect(await director.events()).toHaveLength(5);
  });

  it('are those of its last change', async () => {
    const director = await stage.direct({ opensAt: await inHours(24), startsAt: await inHours(72) });
    await director.send('changeShow', { opensAt: await inHours(48), startsAt: await inHours(96) });
    await director.reaches({ handled: 1 });
    await published(director);
    await pass(25);
    await director.reaches({ status: 'published' });
    await pass(24);
    await director.reaches({ status: 'sales-open' });
  });

  it('call off a draft that nobody published before its start, and free its venue', async () => {
    const director = await stage.direct({ startsAt: await inHours(72) });
    await director.reaches({ status: 'draft' });
    await pass(72);
    expect(await director.handle.result()).toMatchObject({ status: 'cancelled' });
    expect(await director.details()).toContain('it was not published before its start');
    expect(await director.venueEvents()).toEqual(['VenueBooked', 'VenueFreed']);
  });

  it('forbid to cancel it within 24 hours of its start', async () => {
    const director = await stage.direct({ startsAt: await inHours(26) });
    await published(director);
    await stage.env.sleep(3 * HOUR_MS);
    await director.send('cancelShow', { reason: 'the singer is ill' });
    const { lastOutcome } = await director.reaches({ status: 'published', handled: 2 });
    expect(lastOutcome).toContain('Signal cancelShow was refused: too-close-to-start.');
  });
});
