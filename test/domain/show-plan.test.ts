import {
  evolvePool,
  evolveShow,
  evolveVenue,
  type Planned,
  type Pool,
  type PoolEvent,
  planDraft,
  planStep,
  poolOf,
  type Show,
  type ShowCommand,
  type ShowEvent,
  type ShowSurroundings,
  sameVenue,
  type Venue,
  type VenueEvent,
} from '../../src/domain';
import { euros, poolCreated } from '../support/domain-events';
import {
  booked,
  cancelled,
  changed,
  drafted,
  freed,
  published,
  salesClosed,
  salesOpened,
  showSettings,
} from '../support/show-events';

const name = 'spring-gala';
const hall = 'Odeon Hall 1';
const now = new Date('2026-03-01T12:00:00Z');
const [stalls, balcony] = ['spring-gala--stalls', 'spring-gala--balcony'];
const booking = booked(name, '2026-06-01T18:00:00.000Z', '2026-06-01T20:10:00.000Z');
const created = showSettings().sections.map(
  (section): PoolEvent => ({ type: 'PoolCreated', data: poolOf(showSettings(), section) }),
);
const opened: PoolEvent = { type: 'SalesOpened', data: {} };
const closed: PoolEvent = { type: 'SalesClosed', data: {} };
const cancelledPool: PoolEvent = { type: 'PoolCancelled', data: { reason: 'the singer is ill' } };

interface Happened {
  show?: ShowEvent[];
  venues?: Record<string, VenueEvent[]>;
  pools?: Record<string, PoolEvent[]>;
}

function situation({ show = [], venues = {}, pools = {} }: Happened): {
  show: Show | undefined;
  around: ShowSurroundings;
} {
  const around: ShowSurroundings = {
    venueNamed: (venue) => {
      const [, events = []] = Object.entries(venues).find(([each]) => sameVenue(each) === sameVenue(venue)) ?? [];
      return events.reduce<Venue | undefined>(evolveVenue, undefined);
    },
    poolNamed: (pool) => pools[pool]?.reduce<Pool | undefined>(evolvePool, undefined),
  };
  return { show: show.reduce<Show | undefined>(evolveShow, undefined), around };
}

function planned(result: Planned): Required<Happened> {
  if (!result.accepted) throw new Error(`refused: ${result.refusal.slug}`);
  const { show, venues, pools } = result.plan;
  return { show, venues: Object.fromEntries(venues), pools: Object.fromEntries(pools) };
}

const draft = (happened: Happened, changes = {}) => {
  const { show, around } = situation(happened);
  return planDraft(show, showSettings(changes), around, now);
};
const step = (happened: Happened, command: ShowCommand) => {
  const { show, around } = situation(happened);
  return planStep(show, name, command, around, now);
};

describe('a draft', () => {
  it('books its venue', () => {
    expect(planned(draft({}))).toEqual({ show: [drafted()], venues: { [hall]: [booking] }, pools: {} });
  });

  it('is refused as a whole where another show has the venue, however its name is written', () => {
    const other = { show: 'afternoon', from: '2026-06-01T16:00:00.000Z', until: '2026-06-01T18:01:00.000Z' };
    const result = draft({ venues: { 'ODEON  hall 1': [booked(other.show, other.from, other.until)] } });
    expect(result).toEqual({ accepted: false, refusal: { slug: 'venue-occupied', venue: hall, ...other } });
  });

  it('moves its booking when it is changed, within its venue or to another', () => {
    const before = { show: [drafted()], venues: { [hall]: [booking] } };
    const startsAt = '2026-06-01T19:00:00.000Z';
    const moved = [freed(name), booked(name, startsAt, '2026-06-01T21:10:00.000Z')];
    expect(planned(step(before, { kind: 'changeShow', change: { startsAt } }))).toEqual({
      show: [changed({ startsAt })],
      venues: { [hall]: moved },
      pools: {},
    });
    expect(planned(step(before, { kind: 'changeShow', change: { venue: 'Odeon Hall 2' } }))).toEqual({
      show: [changed({ venue: 'Odeon Hall 2' })],
      venues: {
        'Odeon Hall 2': [{ ...booking, data: { ...booking.data, venue: 'Odeon Hall 2' } }],
        [hall]: [freed(name)],
      },
      pools: {},
    });
    expect(planned(step(before, { kind: 'changeShow', change: { venue: 'odeon hall 1' } }))).toMatchObject({
      venues: { 'odeon hall 1': [] },
    });
  });

  it('frees its venue when it is cancelled, and leaves alone a pool that only has the name of a section', () => {
    const stranger = poolCreated({ name: stalls });
    const before = { show: [drafted()], venues: { [hall]: [booking] }, pools: { [stalls]: [stranger] } };
    expect(planned(step(before, { kind: 'cancelShow', reason: 'the singer is ill' }))).toEqual({
      show: [cancelled()],
      venues: { [hall]: [freed(name)] },
      pools: {},
    });
  });
});

describe('a show and its pools', () => {
  const withPools = (show: ShowEvent[], ...sales: PoolEvent[]) => ({
    show: [drafted(), ...show],
    venues: { [hall]: [booking] },
    pools: Object.fromEntries(
      [stalls, balcony].map((pool, index) => [pool, [...created.slice(index, index + 1), ...sales]]),
    ),
  });

  it('are published together', () => {
    const draftOnly = { show: [drafted()], venues: { [hall]: [booking] } };
    const { show, pools, venues } = planned(step(draftOnly, { kind: 'publish' }));
    expect({ show, venues }).toEqual({ show: [published], venues: {} });
    expect(Object.keys(pools)).toEqual([stalls, balcony]);
    expect(pools[balcony]).toEqual([
      {
        type: 'PoolCreated',
        data: expect.objectContaining({
          name: balcony,
          title: 'Spring Gala: balcony',
          promoter: 'pat',
          capacity: 40,
          price: euros(30),
          startsAt: '2026-06-01T18:00:00.000Z',
          closesAt: '2026-06-01T18:00:00.000Z',
          show: name,
        }),
      },
    ]);
  });

  it('are not published at all where one of the names is taken', () => {
    const taken = { show: [drafted()], pools: { [balcony]: [poolCreated({ name: balcony })] } };
    expect(step(taken, { kind: 'publish' })).toEqual({
      accepted: false,
      refusal: { slug: 'pool-name-taken', pool: balcony },
    });
  });

  it('are opened and closed together', () => {
    expect(planned(step(withPools([published]), { kind: 'openSales' }))).toEqual({
      show: [salesOpened],
      venues: {},
      pools: { [stalls]: [opened], [balcony]: [opened] },
    });
    expect(planned(step(withPools([published, salesOpened], opened), { kind: 'closeSales' }))).toEqual({
      show: [salesClosed],
      venues: {},
      pools: { [stalls]: [closed], [balcony]: [closed] },
    });
  });

  it('are cancelled together, and the venue is free', () => {
    const plan = planned(
      step(withPools([published, salesOpened], opened), { kind: 'cancelShow', reason: 'the singer is ill' }),
    );
    expect(plan).toEqual({
      show: [cancelled()],
      venues: { [hall]: [freed(name)] },
      pools: { [stalls]: [cancelledPool], [balcony]: [cancelledPool] },
    });
  });

  it('go on where one of the pools was cancelled by itself', () => {
    const happened = withPools([published]);
    const gone = {
      ...happened,
      pools: { ...happened.pools, [stalls]: [...(happened.pools[stalls] ?? []), cancelledPool] },
    };
    expect(planned(step(gone, { kind: 'openSales' })).pools).toEqual({ [stalls]: [], [balcony]: [opened] });
    expect(planned(step(gone, { kind: 'cancelShow', reason: 'the singer is ill' })).pools).toEqual({
      [stalls]: [],
      [balcony]: [cancelledPool],
    });
  });

  it('are left as they are by a step that is done already', () => {
    expect(planned(step(withPools([published]), { kind: 'publish' }))).toEqual({ show: [], venues: {}, pools: {} });
    expect(planned(draft(withPools([])))).toEqual({ show: [], venues: {}, pools: {} });
  });
});
