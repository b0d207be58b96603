import type { ShowStep } from '../../activities';
import { rules } from '../../src/audit';
import { purchaseOf } from '../support/box-office';
import { showSettings } from '../support/show-events';
import { Shop } from './shop';

const show = 'gala';
const plan = {
  name: show,
  venue: 'Odeon',
  startsAt: '2026-06-01T18:00:00.000Z',
  durationMinutes: 120,
  turnaroundMinutes: 30,
  sections: [{ name: 'stalls' }, { name: 'gods' }],
};
const stalls = `pool-${show}--stalls`;
const gods = `pool-${show}--gods`;
const venue = 'venue-6f0f7a8c-0000-5000-8000-000000000001';
const otherVenue = 'venue-6f0f7a8c-0000-5000-8000-000000000002';

const event = (type: string, data: object = {}) => ({ type, data });
const booked = (from: string, until: string, of = show) =>
  event('VenueBooked', {
    venue: 'Odeon',
    show: of,
    from: `2026-06-${from}:00.000Z`,
    until: `2026-06-${until}:00.000Z`,
  });
const freed = (of = show) => event('VenueFreed', { show: of });
const section = (of = show) => ({ ...event('PoolCreated', { capacity: 10, show: of }), schemaVersion: 2 });

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open();
});
afterEach(() => shop.close());

const stepped = (...types: string[]) => shop.forge(`show-${show}`, ...types.map((type) => event(type)));
async function drafted(): Promise<void> {
  await shop.forge(`show-${show}`, event('ShowDrafted', plan));
  await shop.forge(venue, booked('01T18:00', '01T20:30'));
}
async function published(): Promise<void> {
  await drafted();
  await stepped('ShowPublished');
  for (const stream of [stalls, gods]) await shop.forge(stream, section());
}
async function breaches(scope: 'whole' | 'changes', ...rules: string[]) {
  const findings = (await shop.audit(scope)).filter(({ id }) => rules.includes(id));
  return findings.flatMap(({ sentences }) => sentences);
}

describe.each(['whole', 'changes'] as const)('an audit of shows (%s)', (scope) => {
  it('finds nothing in shows that the box office led, whatever became of them', async () => {
    const { activities, clock } = shop.ledger;
    let steps = 0;
    const lead = async (of: string, step: ShowStep) => {
      steps += 1;
      const outcome = await activities.steerShow({ show: of, step, stepId: String(steps) });
      expect(outcome).toMatchObject({ status: 'done' });
    };
    const startsAt = (hours: number) => new Date(clock.now.getTime() + hours * 3_600_000).toISOString();
    const starts = { matinee: 100, evening: 103, night: 106, draft: 109 };
    for (const [name, hours] of Object.entries(starts)) {
      const drafting = activities.draftShow(showSettings({ name, startsAt: startsAt(hours) }));
      expect(await drafting).toMatchObject({ status: 'done' });
    }
    await lead('matinee', { signal: 'changeShow', input: { venue: 'The Roxy', startsAt: startsAt(50) } });
    await lead('draft', { signal: 'changeShow', input: { startsAt: startsAt(100) } });
    for (const name of ['matinee', 'evening', 'night']) await lead(name, { signal: 'publish' });
    for (const name of ['matinee', 'evening']) await lead(name, { signal: 'openSales' });
    await shop.reserved(purchaseOf({ 'matinee--stalls': 2, 'evening--balcony': 1 }));
    await lead('evening', { signal: 'cancelShow', input: { reason: 'the singer is ill' } });
    await lead('matinee', { signal: 'closeSales' });
    expect(await breaches(scope, ...rules.map(({ id }) => id))).toEqual([]);
    await lead('matinee', { hour: 'complete', at: startsAt(60) });
    expect(await breaches(scope, ...rules.map(({ id }) => id))).toEqual([]);
  });

  it('finds nothing in the life of a show, from its draft to its end', async () => {
    await drafted();
    await shop.forge(`show-${show}`, event('ShowChanged', { ...plan, startsAt: '2026-06-02T10:00:00.000Z' }));
    await shop.forge(venue, freed(), booked('02T10:00', '02T12:30'));
    expect(await breaches(scope, 'shows', 'venues')).toEqual([]);
    await stepped('ShowPublished', 'ShowSalesOpened', 'ShowSalesClosed');
    for (const stream of [stalls, gods]) {
      await shop.forge(stream, section(), event('SalesOpened'), event('SalesStopped'), event('SalesClosed'));
    }
    expect(await breaches(scope, 'shows', 'venues')).toEqual([]);
    await stepped('ShowCompleted');
    expect(await breaches(scope, 'shows', 'venues')).toEqual([]);
  });

  it('finds nothing where a show is cancelled, with a pool that was cancelled before it was opened', async () => {
    await published();
    await stepped('ShowSalesOpened', 'ShowCancelled');
    await shop.forge(stalls, event('PoolCancelled'));
    await shop.forge(gods, event('SalesOpened'), event('PoolCancelled'));
    await shop.forge(venue, freed(), booked('01T18:00', '01T23:00', 'another'), freed('another'));
    expect(await breaches(scope, 'shows', 'venues')).toEqual([]);
  });

  it.each([
    ['ShowPublished after nothing at version 1', ['ShowPublished']],
    ['ShowSalesOpened after ShowDrafted at version 2', ['ShowDrafted', 'ShowSalesOpened']],
    ['ShowChanged after ShowPublished at version 3', ['ShowDrafted', 'ShowPublished', 'ShowChanged']],
    ['ShowCompleted after ShowPublished at version 3', ['ShowDrafted', 'ShowPublished', 'ShowCompleted']],
    ['ShowSalesOpened after ShowCancelled at version 3', ['ShowDrafted', 'ShowCancelled', 'ShowSalesOpened']],
    ['ShowDrafted after ShowDrafted at version 2', ['ShowDrafted', 'ShowDrafted']],
  ])('finds a step that no show takes: %s', async (breach, types) => {
    await shop.forge(`show-${show}`, ...types.map((type) => event(type, { ...plan, sections: [] })));
    expect((await breaches(scope, 'shows'))[0]).toBe(`show-${show} has ${breach}`);
  });

  it('finds a published show without one of its pools, and a pool of a show that was not published', async () => {
    await drafted();
    await stepped('ShowPublished');
    await shop.forge(stalls, section());
    await shop.forge('pool-other--stalls', section('other'));
    expect(await breaches(scope, 'shows')).toEqual([
      'pool-other--stalls is a section of show other, which was not published',
      `show-${show} was published without ${gods}`,
    ]);
  });

  it('finds two shows that have a venue at the same time, though only for a while', async () => {
    await shop.forge(
      venue,
      booked('01T18:00', '03T01:00', 'long'),
      booked('02T23:59', '03T09:00', 'late'),
      freed('long'),
    );
    await shop.forge(
      venue,
      booked('03T09:00', '03T10:00', 'next'),
      freed('late'),
      booked('02T20:00', '03T09:00', 'moved'),
    );
    await shop.forge(otherVenue, booked('01T18:00', '03T01:00', 'elsewhere'));
    expect(await breaches(scope, 'venues')).toContain(
      `${venue} is booked for long and for late at the same time, at version 2`,
    );
    await shop.tamper('DELETE FROM events WHERE version = 2');
    const other = (await breaches(scope, 'venues')).filter((sentence) => sentence.includes('at the same time'));
    expect(other).toEqual([]);
  });

  it('finds a venue that is freed of a show that has it not', async () => {
    await drafted();
    await shop.forge(venue, freed('other'));
    expect(await breaches(scope, 'venues')).toEqual([`${venue} is freed of other at version 2, which has it not`]);
  });
});

describe('an audit of every show', () => {
  it.each([
    ['ShowSalesOpened', 'SalesOpened'],
    ['ShowSalesClosed', 'SalesClosed'],
    ['ShowCancelled', 'PoolCancelled'],
  ])('finds a pool that did not take the step of its show, or took it twice: %s', async (step, ofPool) => {
    await published();
    await stepped(step);
    await shop.forge(stalls, event(ofPool), event(ofPool));
    const found = (await breaches('whole', 'shows')).filter((sentence) => sentence.includes('took the step'));
    expect(found).toEqual([
      `${gods} took the step ${step} 0 times with show-${show}`,
      `${stalls} took the step ${step} 2 times with show-${show}`,
    ]);
  });

  it('finds a show without a venue for its time, one with two, and a venue that is booked in vain', async () => {
    await shop.forge('show-homeless', event('ShowDrafted', plan));
    await drafted();
    await shop.forge(otherVenue, booked('01T18:00', '01T20:30'), booked('05T18:00', '05T20:30', 'nobody'));
    expect(await breaches('whole', 'venues')).toEqual([
      `show ${show} has 2 venues for its time`,
      'show homeless has 0 venues for its time',
      `${otherVenue} is booked for nobody at a time that it does not need`,
    ]);
    await stepped('ShowCancelled');
    expect(await breaches('whole', 'venues')).toContain(
      `${venue} is booked for ${show} at a time that it does not need`,
    );
  });
});
