import { buyTickets, claimTickets, evolvePool, type Pool, type PoolEvent, releaseTickets } from '../../src/domain';
import { bought, claimed, euros, flatQuote, poolCreated, released, stopped } from '../support/domain-events';
import { scenarios } from '../support/scenario';

const { given } = scenarios(evolvePool);
const pool = 'spring-gig';
const now = new Date('2026-03-01T12:00:00Z');
const buyer = { customerId: 'alice', heldUntil: '2026-03-01T12:05:00.000Z' };
const claiming =
  (ticketIds: string[], at = now) =>
  (state: Pool | undefined) =>
    claimTickets(state, { pool, purchaseId: 'p', ...buyer, ticketIds, now: at });
/** What a claim of Alice's comes to. */
const taken = (ticketId: string, price = euros(50), quote = flatQuote()) => claimed('p', ticketId, price, quote, buyer);
const releasing = (state: Pool | undefined) => (state ? releaseTickets(state, 'p') : []);
const buying = (state: Pool | undefined) => (state ? buyTickets(state, 'p') : []);

const cancelled: PoolEvent = { type: 'PoolCancelled', data: { reason: 'the band is ill' } };
const closed: PoolEvent = { type: 'SalesClosed', data: {} };
const resumed: PoolEvent = { type: 'SalesResumed', data: {} };
const repriced: PoolEvent = { type: 'PoolRepriced', data: { price: euros(70) } };
const scheduled = poolCreated({ opensAt: '2026-03-02T09:00:00Z', maxPerPurchase: 1 });

describe('claiming tickets', () => {
  it('claims each ticket at the price of the moment, with its explanation', () => {
    given(poolCreated())
      .when(claiming(['t1', 't2']))
      .gives(taken('t1'), taken('t2'));
  });

  it('explains how much was gone and how many days were left', () => {
    given(poolCreated({ startsAt: '2026-03-09T11:00:00Z' }), claimed('q', 't0'), bought('q', 't0'), claimed('r', 't1'))
      .when(claiming(['t2']))
      .gives(taken('t2', euros(50), { ...flatQuote(20), daysLeft: 7 }));
  });

  it('takes the last tickets, and not one more', () => {
    const sold = [poolCreated({ capacity: 3 }), claimed('q', 't0'), bought('q', 't0')];
    given(...sold)
      .when(claiming(['t1', 't2']))
      .gives(taken('t1', euros(50), flatQuote(33.33)), taken('t2', euros(50), flatQuote(33.33)));
    given(...sold)
      .when(claiming(['t1', 't2', 't3']))
      .refuses({ slug: 'insufficient-inventory', pool, requested: 3, available: 2 });
  });

  it('finds released tickets again', () => {
    given(poolCreated({ capacity: 1 }), claimed('q', 't0'), released('q', 't0'))
      .when(claiming(['t1']))
      .gives(taken('t1'));
  });

  it('sells at the new price after a reprice, and buys at the price it claimed', () => {
    given(poolCreated(), repriced)
      .when(claiming(['t1']))
      .gives(taken('t1', euros(70)));
    given(poolCreated(), claimed('p', 't1'), repriced)
      .when(buying)
      .gives(bought('p', 't1', euros(50)));
  });

  it('is refused for a pool that does not exist', () => {
    given()
      .when(claiming(['t1']))
      .refuses({ slug: 'not-found', what: 'pool spring-gig' });
  });

  it.each([0, 5])('is refused for %i tickets where 1 to 4 are allowed', (quantity) => {
    given(poolCreated())
      .when(claiming(Array.from({ length: quantity }, (_, index) => `t${index}`)))
      .refuses({ slug: 'invalid-quantity', pool, min: 1, max: 4 });
  });

  it('is refused before the sale opens', () => {
    given(scheduled)
      .when(claiming(['t1']))
      .refuses({ slug: 'sales-not-open', pool });
  });

  it('is refused while the sale is stopped, and goes on when it is resumed', () => {
    given(poolCreated(), stopped())
      .when(claiming(['t1']))
      .refuses({ slug: 'sales-stopped', pool, reason: 'a storm is coming' });
    given(poolCreated(), stopped(), resumed)
      .when(claiming(['t1']))
      .gives(taken('t1'));
  });

  it('is refused from the closing time on, even before the closing is written down', () => {
    const closing = poolCreated({ closesAt: '2026-03-01T13:00:00+01:00' });
    given(closing)
      .when(claiming(['t1'], new Date('2026-03-01T11:59:59.999Z')))
      .gives(taken('t1'));
    given(closing)
      .when(claiming(['t1'], new Date('2026-03-01T12:00:00Z')))
      .refuses({ slug: 'sales-stopped', pool, reason: 'the sale is over' });
    given(poolCreated(), closed)
      .when(claiming(['t1']))
      .refuses({ slug: 'sales-stopped', pool, reason: 'the sale is over' });
  });

  it('is refused from the start on where no closing time is given', () => {
    const starting = poolCreated({ startsAt: '2026-03-01T12:00:00Z' });
    const quote = { ...flatQuote(), daysLeft: 0 };
    given(starting)
      .when(claiming(['t1'], new Date('2026-03-01T11:59:59.999Z')))
      .gives(taken('t1', euros(50), quote));
    given(starting)
      .when(claiming(['t1']))
      .refuses({ slug: 'sales-stopped', pool, reason: 'the sale is over' });
  });

  it('goes on until the closing time that an earlier release let be after the start', () => {
    given(poolCreated({ startsAt: '2026-02-01T12:00:00Z', closesAt: '2026-03-01T12:00:01Z' }))
      .when(claiming(['t1']))
      .gives(taken('t1', euros(50), { ...flatQuote(), daysLeft: 0 }));
  });

  it('names the gravest of several reasons', () => {
    const tooMany = claiming(['t1', 't2']);
    const overfull = poolCreated({ capacity: 1, maxPerPurchase: 1 });
    given(overfull).when(tooMany).refuses({ slug: 'invalid-quantity', pool, min: 1, max: 1 });
    given(scheduled).when(tooMany).refuses({ slug: 'sales-not-open', pool });
    given(scheduled, stopped()).when(tooMany).refuses({ slug: 'sales-stopped', pool, reason: 'a storm is coming' });
    given(scheduled, stopped(), closed)
      .when(tooMany)
      .refuses({ slug: 'sales-stopped', pool, reason: 'the sale is over' });
    given(scheduled, stopped(), closed, cancelled)
      .when(tooMany)
      .refuses({ slug: 'pool-cancelled', pool, reason: 'the band is ill' });
  });
});

describe('ending a claim', () => {
  const holding = [poolCreated(), claimed('p', 't1'), claimed('q', 't2'), claimed('p', 't3')];

  it('gives back exactly what the purchase holds', () => {
    given(...holding)
      .when(releasing)
      .gives(released('p', 't1'), released('p', 't3'));
  });

  it('buys exactly what the purchase holds', () => {
    given(...holding)
      .when(buying)
      .gives(bought('p', 't1'), bought('p', 't3'));
  });

  it('works while the sale is stopped or cancelled', () => {
    given(...holding, stopped('a storm is coming', 'honour'))
      .when(buying)
      .gives(bought('p', 't1'), bought('p', 't3'));
    given(...holding, cancelled)
      .when(releasing)
      .gives(released('p', 't1'), released('p', 't3'));
  });

  it('gives back nothing a second time, and nothing that was bought', () => {
    given(poolCreated(), claimed('p', 't1'), released('p', 't1')).when(releasing).givesNothing();
    given(poolCreated(), claimed('p', 't1'), bought('p', 't1')).when(releasing).givesNothing();
    given(poolCreated(), claimed('p', 't1'), bought('p', 't1')).when(buying).givesNothing();
  });
});
