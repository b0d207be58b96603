import { randomUUID } from 'node:crypto';
import type { Pool as Database } from 'pg';
import type { ShowOutcome, ShowStep } from '../../activities';
import { poolOfSection, poolStream, type ShowSettings, showLimits, showStream, venueStream } from '../../src/domain';
import { readStream } from '../../src/store';
import { type Ledger, openBoxOffice, poolOfBefore } from '../support/box-office';
import { showSection, showSettings } from '../support/show-events';

const signal = (name: 'publish' | 'openSales' | 'closeSales'): ShowStep => ({ signal: name, input: {} });
const cancel: ShowStep = { signal: 'cancelShow', input: { reason: 'the singer is ill' } };

describe('the steps of a show', () => {
  let boxOffice: Awaited<ReturnType<typeof openBoxOffice>>;
  let first: Ledger;
  let second: Ledger;
  beforeAll(async () => {
    boxOffice = await openBoxOffice();
    [first, second] = [boxOffice.another(), boxOffice.another()];
  });
  afterAll(() => boxOffice.close());

  /** A plan under a name and in a venue of its own. */
  const planned = (changes: Partial<ShowSettings> = {}) => {
    const id = randomUUID().slice(0, 8);
    return showSettings({ name: `show-${id}`, venue: `Hall ${id}`, ...changes });
  };
  const drafted = async (changes: Partial<ShowSettings> = {}) => {
    const settings = planned(changes);
    expect(await first.activities.draftShow(settings)).toMatchObject({ status: 'done', showStatus: 'draft' });
    return settings;
  };
  const steer = (
    { name: show }: ShowSettings,
    step: ShowStep,
    { by = first, stepId = randomUUID() }: { by?: Ledger; stepId?: string } = {},
  ): Promise<ShowOutcome> => by.activities.steerShow({ show, step, stepId });
  const typesIn = async (database: Database, stream: string) =>
    (await readStream(database, stream)).map(({ type }) => type);
  const showEvents = ({ name }: ShowSettings) => typesIn(first.database, showStream(name));
  const poolEvents = ({ name, sections }: ShowSettings) =>
    Promise.all(sections.map((section) => typesIn(first.database, poolStream(poolOfSection(name, section.name)))));

  it('draft it and book its venue', async () => {
    const show = await drafted();
    expect(await showEvents(show)).toEqual(['ShowDrafted']);
    expect(await typesIn(first.database, venueStream(show.venue))).toEqual(['VenueBooked']);
  });

  it('book a venue once, however many ask at once in several processes', async () => {
    const venue = `Hall ${randomUUID()}`;
    const plans = Array.from({ length: 20 }, () => planned({ venue }));
    const outcomes = await Promise.all(
      plans.map((plan, nth) => (nth % 2 === 0 ? first : second).activities.draftShow(plan)),
    );
    expect(outcomes.filter(({ status }) => status === 'done')).toHaveLength(1);
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'refused' ? [outcome.refusal.slug] : []));
    expect(refused).toEqual(Array(19).fill('venue-occupied'));
    expect(await typesIn(first.database, venueStream(venue))).toEqual(['VenueBooked']);
  });

  it('take it through its life with all its pools', async () => {
    const show = await drafted();
    expect(await steer(show, signal('publish'))).toMatchObject({ status: 'done', showStatus: 'published' });
    expect(await steer(show, signal('openSales'))).toMatchObject({ status: 'done', showStatus: 'sales-open' });
    expect(await steer(show, signal('closeSales'))).toMatchObject({ status: 'done', showStatus: 'sales-closed' });
    const over: ShowStep = { hour: 'complete', at: '2026-06-01T20:00:00.000Z' };
    expect(await steer(show, over)).toMatchObject({ status: 'done', showStatus: 'completed' });
    expect(await showEvents(show)).toEqual([
      'ShowDrafted',
      'ShowPublished',
      'ShowSalesOpened',
      'ShowSalesClosed',
      'ShowCompleted',
    ]);
    expect(await poolEvents(show)).toEqual(Array(2).fill(['PoolCreated', 'SalesOpened', 'SalesClosed']));
  });

  it('that are repeated, by another process too, happen once', async () => {
    const show = await drafted();
    for (const name of ['publish', 'openSales', 'closeSales'] as const) {
      const outcomes = await Promise.all(
        [first, second, first, second].map((by) => steer(show, signal(name), { by, stepId: name })),
      );
      for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'done' });
    }
    expect(await showEvents(show)).toHaveLength(4);
    expect(await poolEvents(show)).toEqual(Array(2).fill(['PoolCreated', 'SalesOpened', 'SalesClosed']));
  });

  it('publish all pools or none: a name that is taken refuses the whole', async () => {
    const show = await drafted();
    const taken = poolOfSection(show.name, 'balcony');
    await poolOfBefore(second.database, { name: taken });
    expect(await steer(show, signal('publish'))).toEqual({
      status: 'refused',
      refusal: { slug: 'pool-name-taken', pool: taken },
      showStatus: 'draft',
      hours: expect.anything(),
    });
    expect(await showEvents(show)).toEqual(['ShowDrafted']);
    expect(await poolEvents(show)).toEqual([[], ['PoolCreated']]);
  });

  it('take a show along that is as large as one may be', async () => {
    const rows = Array.from({ length: 40 }, (_, nth) => ({ row: `R${nth}`, first: 1, last: 25 }));
    const sections = Array.from({ length: showLimits.sections }, (_, nth) =>
      showSection({ name: `s${nth}`, capacity: 1_000, rows }),
    );
    const show = await drafted({ sections });
    for (const name of ['publish', 'openSales', 'closeSales'] as const) {
      expect(await steer(show, signal(name))).toMatchObject({ status: 'done' });
    }
    expect(await poolEvents(show)).toEqual(sections.map(() => ['PoolCreated', 'SalesOpened', 'SalesClosed']));
  });

  it('cancel it with its pools, and let another have its venue', async () => {
    const show = await drafted();
    await steer(show, signal('publish'));
    expect(await steer(show, cancel)).toMatchObject({ status: 'done', showStatus: 'cancelled' });
    expect(await poolEvents(show)).toEqual(Array(2).fill(['PoolCreated', 'PoolCancelled']));
    await drafted({ venue: show.venue.toUpperCase() });
  });

  it('go by the clock of the timer where a timer asks, and by their own where a promoter does', async () => {
    const show = await drafted({ startsAt: '2026-03-02T11:00:00.000Z' });
    await steer(show, signal('publish'));
    expect(await steer(show, cancel)).toMatchObject({ status: 'refused', refusal: { slug: 'too-close-to-start' } });
    expect(await steer(show, signal('closeSales'))).toMatchObject({ status: 'refused' });
    expect(await steer(show, { hour: 'closeSales', at: show.startsAt })).toMatchObject({ showStatus: 'sales-closed' });
    expect(await steer(show, { callOff: 'the singer is ill' })).toMatchObject({ status: 'done' });
  });

  it('find a show that was changed by another process just before', async () => {
    const show = await drafted();
    await steer(show, signal('publish'), { by: second });
    expect(await steer(show, signal('openSales'))).toMatchObject({ status: 'done', showStatus: 'sales-open' });
    const draft = await drafted();
    const change: ShowStep = { signal: 'changeShow', input: { sections: [showSection({ name: 'floor' })] } };
    await steer(draft, change, { by: second });
    expect(await steer(draft, signal('publish'))).toMatchObject({ status: 'done' });
    expect(await typesIn(first.database, poolStream(poolOfSection(draft.name, 'floor')))).toEqual(['PoolCreated']);
  });

  it('are refused for what is no show', async () => {
    expect(await steer(planned(), signal('publish'))).toMatchObject({
      status: 'refused',
      refusal: { slug: 'not-found' },
    });
    await expect(first.activities.draftShow({} as ShowSettings)).rejects.toThrow('Invalid input');
  });
});
