import { type Customer, claimTickets, evolvePool, type Pool } from '../../src/domain';
import { claimed, euros, flatQuote, poolCreated, released } from '../support/domain-events';
import { scenarios } from '../support/scenario';

const { given } = scenarios(evolvePool);
const pool = 'spring-gig';
const now = new Date('2026-03-01T12:00:00Z');
const heldUntil = '2026-03-01T12:05:00.000Z';
const limited = poolCreated({ maxPerCustomer: 2 });
const of = (customer: Customer, purchaseId: string, ticketId: string, sharePercent = 0) =>
  claimed(purchaseId, ticketId, euros(50), flatQuote(sharePercent), { ...customer, heldUntil });
const claiming = (customer: Customer) => (state: Pool | undefined) =>
  claimTickets(state, { pool, purchaseId: 'p', ...customer, ticketIds: ['t1'], heldUntil, now });

const alice = { customerId: 'alice', shop: 'web' };
const other = { customerId: 'alice', shop: 'kiosk' };
const unknown = { customerId: 'alice' };

describe('what one customer may have', () => {
  it('is counted of each shop by itself: the same id at another one is another person', () => {
    const full = [limited, of(alice, 'q', 'q1'), of(alice, 'q', 'q2')];
    given(...full)
      .when(claiming(other))
      .gives(of(other, 'p', 't1', 20));
    given(...full)
      .when(claiming(alice))
      .refuses({ slug: 'customer-limit-reached', pool, limit: 2, held: 2 });
  });

  it('counts what nobody knows the shop of, for whoever is named so', () => {
    const full = [limited, of(unknown, 'q', 'q1'), of(alice, 'r', 'r1')];
    given(...full)
      .when(claiming(alice))
      .refuses({ slug: 'customer-limit-reached', pool, limit: 2, held: 2 });
    given(...full)
      .when(claiming(other))
      .gives(of(other, 'p', 't1', 20));
    given(...full)
      .when(claiming(unknown))
      .gives(of(unknown, 'p', 't1', 20));
  });

  it('is given back to the customer who had it', () => {
    given(limited, of(alice, 'q', 'q1'), of(alice, 'q', 'q2'), of(other, 'r', 'r1'), released('q', 'q1'))
      .when(claiming(alice))
      .gives(of(alice, 'p', 't1', 20));
  });
});
