import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { poolStream, searchAttributes, taskQueue, workflowTypes } from '../../src/domain';
import { poolsNamed } from '../../src/projections';
import { poolOfBefore } from '../support/box-office';
import { describeWith } from '../support/describe-with';
import { euros } from '../support/domain-events';
import { eventually } from '../support/eventually';
import { showSection } from '../support/show-events';
import { Stage } from './stage';

const illness = { reason: 'the singer is ill' };

describeWith('temporal', 'a show', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ on: 'temporal' });
  });
  afterEach(() => stage.assertSettled());
  afterAll(() => stage.close());

  it('is drafted, has its venue, and says what it is', async () => {
    const director = await stage.direct({ title: 'Spring Gala' });
    expect(await director.outcome(director.requestId)).toMatchObject({ status: 'done', showStatus: 'draft' });
    expect(await director.events()).toEqual(['ShowDrafted']);
    expect(await director.venueEvents()).toEqual(['VenueBooked']);
    expect(await director.poolEvents()).toEqual([[], []]);
    expect(await director.details()).toBe(
      `Drafted. A draft, to be published before it starts at ${director.settings.startsAt}.`,
    );
    const description = await director.handle.describe();
    expect(await description.staticSummary()).toBe(`Show ${director.show}: 2 sections`);
    expect(await description.staticDetails()).toContain('**Spring Gala**');
    expect(description.typedSearchAttributes.getAll()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          key: expect.objectContaining({ name: searchAttributes.show }),
          value: director.show,
        }),
        expect.objectContaining({ key: expect.objectContaining({ name: searchAttributes.status }), value: 'draft' }),
      ]),
    );
  });

  it('is published with all its pools, each with its workflow, and sells once it is opened', async () => {
    const director = await stage.direct();
    expect(await director.ask('publish')).toMatchObject({ status: 'done', showStatus: 'published' });
    await director.poolsReach({ status: 'scheduled' });
    const [first = ''] = director.pools;
    expect((await (await stage.buy({ [first]: 1 })).ends()).status).toBe('rejected');
    const { typedSearchAttributes } = await stage.client.workflow.getHandle(poolStream(first)).describe();
    expect(typedSearchAttributes.getAll()).toContainEqual(
      expect.objectContaining({ key: expect.objectContaining({ name: searchAttributes.show }), value: director.show }),
    );

    expect(await director.ask('openSales')).toMatchObject({ status: 'done', showStatus: 'sales-open' });
    await director.poolsReach({ status: 'on-sale' });
    const buyer = await stage.reserve({ [first]: 2 });
    expect(await director.ask('closeSales')).toMatchObject({ status: 'done', showStatus: 'sales-closed' });
    await director.poolsReach({ status: 'closed' });
    await buyer.pay();
    expect(await buyer.ends()).toMatchObject({ status: 'confirmed' });
    expect(await director.poolEvents()).toEqual([
      ['PoolCreated', 'SalesOpened', 'SalesClosed'],
      ['PoolCreated', 'SalesOpened', 'SalesClosed'],
    ]);
    expect(await director.events()).toEqual(['ShowDrafted', 'ShowPublished', 'ShowSalesOpened', 'ShowSalesClosed']);
  });

  it('makes its pools as the sections are planned', async () => {
    const pricing = { demand: { everyPercentSold: 10, percent: 5, maxPercent: 50 } };
    const sections = [
      showSection({ title: 'The stalls', capacity: 20, rows: [{ row: 'A', first: 1, last: 20 }], maxPerCustomer: 6 }),
      showSection({ name: 'balcony', price: euros(20), pricing, holdSeconds: 60 }),
    ];
    const director = await stage.direct({ sections, closesAt: new Date(Date.now() + 86_400_000).toISOString() });
    await director.ask('publish');
    const { show, settings } = director;
    const [balcony, stalls] = await poolsNamed(stage.database, director.pools).then((pools) =>
      pools.sort((one, other) => (one.name < other.name ? -1 : 1)),
    );
    const common = { show, startsAt: settings.startsAt, closesAt: settings.closesAt, promoter: 'pat' };
    expect(stalls).toMatchObject({
      ...common,
      title: 'Spring Gala: The stalls',
      capacity: 20,
      numbered: true,
      maxPerCustomer: 6,
    });
    expect(balcony).toMatchObject({
      ...common,
      title: 'Spring Gala: balcony',
      price: euros(20),
      pricing,
      holdSeconds: 60,
    });
  });

  it('takes all it is told once more as told already', async () => {
    const director = await stage.direct();
    for (const signal of ['publish', 'publish', 'openSales', 'openSales', 'closeSales', 'closeSales']) {
      expect(await director.ask(signal)).toMatchObject({ status: 'done' });
    }
    await director.reaches({ status: 'sales-closed', handled: 6 });
    expect(await director.events()).toHaveLength(4);
    expect(await director.poolEvents()).toEqual(Array(2).fill(['PoolCreated', 'SalesOpened', 'SalesClosed']));
  });

  it('that is cancelled takes its pools along, ends what was open, and frees its venue', async () => {
    const director = await stage.direct();
    await director.ask('publish');
    await director.ask('openSales');
    const [first = '', second = ''] = director.pools;
    const buyers = await Promise.all([stage.reserve({ [first]: 2 }), stage.reserve({ [first]: 1, [second]: 1 })]);
    await director.send('cancelShow', illness);
    expect(await director.handle.result()).toMatchObject({ status: 'cancelled', handled: 3 });
    for (const buyer of buyers) expect(await buyer.ends()).toMatchObject({ status: 'cancelled' });
    for (const pool of director.pools) {
      expect(await stage.client.workflow.getHandle(poolStream(pool)).result()).toMatchObject({ status: 'cancelled' });
    }
    expect(await director.venueEvents()).toEqual(['VenueBooked', 'VenueFreed']);
    expect(await stage.counts(first)).toMatchObject({ available: 100, claimed: 0 });
    const late = await stage.buy({ [first]: 1 });
    await late.ends();
    expect((await late.view())?.refusal).toMatchObject({ slug: 'pool-cancelled', ...illness });
  });

  it('that is cancelled as a draft frees its venue, and does nothing to a pool that only has the name of a section', async () => {
    const director = await stage.direct();
    await director.reaches({ status: 'draft' });
    await poolOfBefore(stage.database, { name: director.pools[0] ?? '' });
    await director.send('cancelShow', illness);
    expect(await director.handle.result()).toMatchObject({ status: 'cancelled', handled: 1 });
    expect(await director.venueEvents()).toEqual(['VenueBooked', 'VenueFreed']);
    expect(await director.poolEvents()).toEqual([['PoolCreated'], []]);
  });

  it('whose workflow is cancelled in Temporal is called off, however near its start is', async () => {
    const startsAt = new Date(Date.now() + 3_600_000).toISOString();
    const director = await stage.direct({ startsAt });
    await director.ask('publish');
    expect(await director.ask('cancelShow', illness)).toMatchObject({
      status: 'refused',
      refusal: { slug: 'too-close-to-start', startsAt },
    });
    await director.handle.cancel();
    expect(await director.handle.result()).toMatchObject({ status: 'cancelled' });
    expect(await director.events()).toContain('ShowCancelled');
    expect(await director.poolEvents()).toEqual(Array(2).fill(['PoolCreated', 'PoolCancelled']));
  });

  it('that is changed moves to another venue, which it must find free', async () => {
    const [director, other] = [await stage.direct(), await stage.direct()];
    await other.reaches({ status: 'draft' });
    const venue = `Hall of ${director.show}`;
    expect(await director.ask('changeShow', { venue, title: 'Summer Gala' })).toMatchObject({ status: 'done' });
    expect(await director.events()).toEqual(['ShowDrafted', 'ShowChanged']);
    expect(await director.venueEvents()).toEqual(['VenueBooked', 'VenueFreed']);
    expect(await director.venueEvents(venue)).toEqual(['VenueBooked']);
    const { startsAt } = director.settings;
    const occupied = await director.ask('changeShow', {
      venue: other.settings.venue.toUpperCase(),
      startsAt: other.settings.startsAt,
    });
    expect(occupied).toMatchObject({ status: 'refused', refusal: { slug: 'venue-occupied', show: other.show } });
    await director.reaches({ status: 'draft', handled: 2 });
    expect(await director.details()).toContain('Signal changeShow was refused: venue-occupied.');
    expect(await director.details()).toContain(startsAt);
  });

  it('is not drafted where its venue is taken, and may come again at another time', async () => {
    const first = await stage.direct();
    await first.reaches({ status: 'draft' });
    const { venue, startsAt } = first.settings;
    const second = await stage.direct({ venue: ` ${venue.toLowerCase()} `, startsAt });
    expect(await second.handle.result()).toMatchObject({
      status: 'refused',
      refused: { status: 'refused', refusal: { slug: 'venue-occupied', show: first.show } },
    });
    expect(await second.events()).toEqual([]);
    const until = new Date(Date.parse(startsAt) + 130 * 60_000).toISOString();
    const third = await stage.direct({ name: second.show, venue, startsAt: until });
    await third.reaches({ status: 'draft' });
  });

  it('is not drafted where its name is taken', async () => {
    const first = await stage.direct();
    await first.send('cancelShow', illness);
    await first.handle.result();
    const second = await stage.direct({ name: first.show, title: 'Another' });
    expect(await second.handle.result()).toMatchObject({
      status: 'refused',
      refused: { refusal: { slug: 'show-name-taken', show: first.show } },
    });
  });

  it('is not drafted or changed where an earlier release made a pool of the name of one of its sections', async () => {
    const show = `show-${randomUUID().slice(0, 8)}`;
    const taken = { slug: 'pool-name-taken', pool: await poolOfBefore(stage.database, { name: `${show}--floor` }) };
    const withFloor = { sections: [showSection(), showSection({ name: 'floor' })] };
    const refused = await stage.direct({ name: show, ...withFloor });
    expect(await refused.handle.result()).toMatchObject({ status: 'refused', refused: { refusal: taken } });
    expect(await refused.events()).toEqual([]);
    const director = await stage.direct({ name: show });
    await director.reaches({ status: 'draft' });
    expect(await director.ask('changeShow', withFloor)).toMatchObject({ status: 'refused', refusal: taken });
    expect(await director.ask('publish')).toMatchObject({ status: 'done', showStatus: 'published' });
  });

  it('is not published at all where the name of one of its pools is taken', async () => {
    const director = await stage.direct();
    const [first = '', second = ''] = director.pools;
    await director.reaches({ status: 'draft' });
    await poolOfBefore(stage.database, { name: second });
    expect(await director.ask('publish')).toMatchObject({
      status: 'refused',
      refusal: { slug: 'pool-name-taken', pool: second },
      showStatus: 'draft',
    });
    expect(await stage.poolEvents(first)).toEqual([]);
    await director.reaches({ status: 'draft' });
    expect(await director.ask('changeShow', { sections: [showSection()] })).toMatchObject({ status: 'done' });
    expect(await director.ask('publish')).toMatchObject({ status: 'done', showStatus: 'published' });
  });

  it('waits for another workflow under the name of a pool to end, and starts the pool then', async () => {
    const director = await stage.direct();
    await director.reaches({ status: 'draft' });
    const { show, pools } = director;
    const [first = ''] = pools;
    // The streams are published, and before the workflows of the pools are started somebody starts one of them by hand.
    await stage.activities.steerShow({ show, step: { signal: 'publish' }, stepId: 'signal-1' });
    await stage.stopWorker();
    const byHand = await stage.promote({ name: first });
    const { runId: runByHand } = await byHand.handle.describe();
    await director.send('publish');
    await stage.startWorker();
    await director.reaches({ status: 'published', handled: 1 });
    await director.poolsReach({ status: 'scheduled' });
    const { runId } = await stage.client.workflow.getHandle(poolStream(first)).describe();
    expect(runId).not.toBe(runByHand);
    expect(await stage.poolEvents(first)).toEqual(['PoolCreated']);
  });

  it('opens nothing any more whose hours passed while nobody worked, but closes it', async () => {
    const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();
    const closesAt = inSeconds(9);
    const director = await stage.direct({ opensAt: inSeconds(7), closesAt });
    expect(await director.ask('publish')).toMatchObject({ status: 'done', showStatus: 'published' });
    await stage.stopWorker();
    await eventually(() => Date.now() > Date.parse(closesAt));
    await stage.startWorker();
    await director.reaches({ status: 'sales-closed' });
    expect(await director.events()).toEqual(['ShowDrafted', 'ShowPublished', 'ShowSalesClosed']);
  });

  it('goes on where one of its pools is stopped, repriced or cancelled by itself', async () => {
    const director = await stage.direct();
    await director.ask('publish');
    const [first = '', second = ''] = director.pools;
    const pool = (name: string) => stage.client.workflow.getHandle(poolStream(name));
    await pool(first).signal('stopSales', { reason: 'the band sets up' });
    await pool(second).signal('cancelSales', { reason: 'the balcony is closed' });
    await pool(second).result();
    expect(await director.ask('openSales')).toMatchObject({ status: 'done' });
    await eventually(async () =>
      expect(await stage.poolEvents(first)).toEqual(['PoolCreated', 'SalesStopped', 'SalesOpened']),
    );
    expect(await stage.poolEvents(second)).toEqual(['PoolCreated', 'PoolCancelled']);
    await director.send('cancelShow', illness);
    expect(await director.handle.result()).toMatchObject({ status: 'cancelled' });
    expect(await pool(first).result()).toMatchObject({ status: 'cancelled' });
  });

  it.each<[string, unknown]>([
    ['cancelShow', undefined],
    ['cancelShow', { reason: '' }],
    ['cancelShow', { why: 'the singer is ill' }],
    ['publish', 'now'],
    ['openSales', { at: 'noon' }],
    ['changeShow', { colour: 'red' }],
    ['changeShow', { title: 'x'.repeat(200) }],
    ['changeShow', { sections: [{ name: 'stalls' }] }],
    ['changeShow', 5],
  ])('that hears %s with %j, which it does not understand, changes nothing', async (signal, input) => {
    const director = await stage.direct();
    await director.send(signal, input);
    const { lastOutcome } = await director.reaches({ status: 'draft', handled: 1 });
    expect(lastOutcome).toContain(`Signal ${signal} was not understood and changed nothing: `);
    expect(await director.events()).toEqual(['ShowDrafted']);
    expect(await director.ask('publish')).toMatchObject({ status: 'done' });
  });

  it('that hears a signal which no show knows changes nothing, and shows it', async () => {
    const director = await stage.direct();
    await director.reaches({ status: 'draft' });
    await director.send('openSale');
    await director.reaches({ status: 'draft', lastOutcome: 'Signal openSale is not known and changed nothing.' });
    expect(await director.details()).toBe('Signal openSale is not known and changed nothing.');
  });

  it('that is asked for what is not its turn says why', async () => {
    const director = await stage.direct();
    for (const signal of ['openSales', 'closeSales']) {
      expect(await director.ask(signal)).toMatchObject({
        status: 'refused',
        refusal: { slug: 'show-status-conflict', showStatus: 'draft' },
      });
    }
    await director.ask('publish');
    expect(await director.ask('changeShow', { title: 'Another' })).toMatchObject({
      status: 'refused',
      refusal: { slug: 'show-status-conflict', showStatus: 'published' },
    });
    expect(await director.details()).toContain('Signal changeShow was refused: show-status-conflict.');
  });

  it('forgets nothing that it was told when its workflow continues as new', async () => {
    const director = await stage.direct();
    const first = (await director.handle.describe()).runId;
    const titles = Array.from({ length: 30 }, (_, index) => `Gala ${index}`);
    for (const title of titles) expect(await director.ask('changeShow', { title })).toMatchObject({ status: 'done' });
    await eventually(async () => (await director.handle.describe()).runId !== first);
    expect(await director.outcome(director.requestId)).toMatchObject({ status: 'done' });
    expect(await director.ask('publish')).toMatchObject({ status: 'done' });
    await director.reaches({ status: 'published', handled: titles.length + 1 });
    expect(await director.events()).toEqual(['ShowDrafted', ...titles.map(() => 'ShowChanged'), 'ShowPublished']);
  });

  it.each([undefined, null, {}, 'gala', { settings: null }, { settings: { name: 'gala', title: '' } }])(
    'that somebody started by hand with %j, which is no show, ends at once',
    async (input) => {
      const args = input === undefined ? [] : [input];
      const workflowId = `show-${randomUUID()}`;
      const handle = await stage.client.workflow.start(workflowTypes.show, { workflowId, taskQueue, args });
      await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
    },
  );
});
