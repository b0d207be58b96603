import {
  available,
  createPool,
  evolvePool,
  type PoolCommand,
  type PoolEvent,
  poolStatus,
  steerPool,
} from '../../src/domain';
import { bought, claimed, euros, poolCreated, poolSettings, released, stopped } from '../support/domain-events';
import { scenarios } from '../support/scenario';

const { given, stateAfter } = scenarios(evolvePool);
const name = 'spring-gig';
const steered = (command: PoolCommand) => (pool: ReturnType<typeof stateAfter>) => steerPool(pool, name, command);
const cancelled: PoolEvent = { type: 'PoolCancelled', data: { reason: 'the band is ill' } };
const opened: PoolEvent = { type: 'SalesOpened', data: {} };
const closed: PoolEvent = { type: 'SalesClosed', data: {} };
const resumed: PoolEvent = { type: 'SalesResumed', data: {} };
const scheduled = poolCreated({ opensAt: '2026-03-01T09:00:00Z' });

const everyCommand: PoolCommand[] = [
  { kind: 'openSales' },
  { kind: 'closeSales' },
  { kind: 'stopSales', reason: 'a storm is coming', holds: 'release' },
  { kind: 'resumeSales' },
  { kind: 'reprice', price: euros(60) },
  { kind: 'cancelSales', reason: 'the band is ill' },
];

describe('making a pool', () => {
  it('begins its stream with the settings', () => {
    given()
      .when((pool) => createPool(pool, poolSettings()))
      .gives(poolCreated());
  });

  it('is refused where the name is taken, whatever the settings', () => {
    given(poolCreated())
      .when((pool) => createPool(pool, poolSettings({ capacity: 99 })))
      .refuses({ slug: 'pool-name-taken', pool: name });
  });
});

describe('steering a sale', () => {
  it.each(everyCommand)('refuses $kind for a pool that does not exist', (command) => {
    given().when(steered(command)).refuses({ slug: 'not-found', what: 'pool spring-gig' });
  });

  it('opens a scheduled sale once', () => {
    given(scheduled)
      .when(steered({ kind: 'openSales' }))
      .gives(opened);
    given(scheduled, opened)
      .when(steered({ kind: 'openSales' }))
      .givesNothing();
    given(poolCreated())
      .when(steered({ kind: 'openSales' }))
      .givesNothing();
  });

  it('closes a sale once', () => {
    given(poolCreated())
      .when(steered({ kind: 'closeSales' }))
      .gives(closed);
    given(poolCreated(), closed)
      .when(steered({ kind: 'closeSales' }))
      .givesNothing();
  });

  it('stops a sale once for the same reason and policy', () => {
    const stop = steered({ kind: 'stopSales', reason: 'a storm is coming', holds: 'release' });
    given(poolCreated()).when(stop).gives(stopped());
    given(poolCreated(), stopped()).when(stop).givesNothing();
  });

  it('writes a second stop down where it says something else', () => {
    given(poolCreated(), stopped('a storm is coming', 'honour'))
      .when(steered({ kind: 'stopSales', reason: 'a storm is coming', holds: 'release' }))
      .gives(stopped());
    given(poolCreated(), stopped())
      .when(steered({ kind: 'stopSales', reason: 'the storm is here', holds: 'release' }))
      .gives(stopped('the storm is here'));
  });

  it('resumes only what is stopped, and can be stopped again', () => {
    given(poolCreated())
      .when(steered({ kind: 'resumeSales' }))
      .givesNothing();
    given(poolCreated(), stopped())
      .when(steered({ kind: 'resumeSales' }))
      .gives(resumed);
    given(poolCreated(), stopped(), resumed)
      .when(steered({ kind: 'stopSales', reason: 'a storm is coming', holds: 'release' }))
      .gives(stopped());
  });

  it('reprices once to the same price', () => {
    const repriced: PoolEvent = { type: 'PoolRepriced', data: { price: euros(60) } };
    given(poolCreated())
      .when(steered({ kind: 'reprice', price: euros(60) }))
      .gives(repriced);
    given(poolCreated(), repriced)
      .when(steered({ kind: 'reprice', price: euros(60) }))
      .givesNothing();
  });

  it('keeps the currency of a pool for ever', () => {
    given(poolCreated())
      .when(steered({ kind: 'reprice', price: { amount: 5000, currency: 'USD' } }))
      .refuses({ slug: 'wrong-currency', pool: 'spring-gig', currency: 'EUR', field: 'price' });
  });

  it('cancels once; the first reason stands', () => {
    given(poolCreated())
      .when(steered({ kind: 'cancelSales', reason: 'the band is ill' }))
      .gives(cancelled);
    given(poolCreated(), cancelled)
      .when(steered({ kind: 'cancelSales', reason: 'no reason' }))
      .givesNothing();
  });

  it.each(everyCommand.filter(({ kind }) => kind !== 'cancelSales'))(
    'refuses $kind after it was cancelled',
    (command) => {
      given(poolCreated(), cancelled)
        .when(steered(command))
        .refuses({ slug: 'pool-cancelled', pool: name, reason: 'the band is ill' });
    },
  );
});

describe('the status of a pool', () => {
  it.each<[string, PoolEvent[]]>([
    ['scheduled', [scheduled]],
    ['on-sale', [poolCreated()]],
    ['on-sale', [scheduled, opened]],
    ['stopped', [scheduled, stopped()]],
    ['on-sale', [poolCreated(), stopped(), resumed]],
    ['closed', [poolCreated(), stopped(), closed]],
    ['cancelled', [poolCreated(), stopped(), closed, cancelled]],
  ])('is %s after what happened last', (status, events) => {
    const pool = stateAfter(...events);
    expect(pool && poolStatus(pool)).toBe(status);
  });
});

describe('the counts of a pool', () => {
  it('add up to its capacity as tickets are claimed, released and bought', () => {
    const pool = stateAfter(
      poolCreated(),
      claimed('p', 't1'),
      claimed('p', 't2'),
      claimed('q', 't3'),
      released('p', 't1'),
    );
    expect(pool).toMatchObject({ claimed: 2, sold: 0 });
    const later = pool && evolvePool(pool, bought('p', 't2'));
    expect(later).toMatchObject({ claimed: 1, sold: 1 });
    expect(later && available(later)).toBe(8);
    expect([...(later?.claims.keys() ?? [])]).toEqual(['q']);
  });

  it.each<[string, PoolEvent[]]>([
    ['one ticket more than there are', [poolCreated({ capacity: 1 }), claimed('p', 't1'), claimed('q', 't2')]],
    ['a sold ticket again', [poolCreated({ capacity: 1 }), claimed('p', 't1'), bought('p', 't1'), claimed('q', 't2')]],
    ['a ticket claimed twice', [poolCreated(), claimed('p', 't1'), claimed('p', 't1')]],
    ['a release without a claim', [poolCreated(), released('p', 't1')]],
    ['a release of the claim of somebody else', [poolCreated(), claimed('p', 't1'), released('q', 't1')]],
    ['a ticket bought twice', [poolCreated(), claimed('p', 't1'), bought('p', 't1'), bought('p', 't1')]],
    ['a pool made twice', [poolCreated(), poolCreated()]],
    ['a sale before its pool', [claimed('p', 't1')]],
  ])('never take in %s', (_, events) => {
    expect(() => stateAfter(...events)).toThrow(expect.objectContaining({ name: 'InvariantViolated' }));
  });
});
