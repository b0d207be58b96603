import { claimTickets, evolvePool, type Pool, type PoolEvent, releaseTickets, steerPool } from '../../src/domain';
import { bought, claimed, euros, flatQuote, poolCreated, released } from '../support/domain-events';
import { scenarios } from '../support/scenario';

const { given, stateAfter } = scenarios(evolvePool);
const pool = 'spring-gig';
const now = new Date('2026-03-01T12:00:00Z');
const heldUntil = '2026-03-01T12:05:00.000Z';
/** Six seats: in front, B-1 and B-2 behind. */
const hall = poolCreated({
  capacity: 6,
  rows: [
    { row: 'A', first: 1, last: 4 },
    { row: 'B', first: 1, last: 2 },
  ],
});
const seated = (purchaseId: string, ticketId: string, seat: string) =>
  claimed(purchaseId, ticketId, euros(50), flatQuote(), { seat });
/** What a claim of Alice's comes to. */
const taken = (ticketId: string, seat?: string, sharePercent = 0) =>
  claimed('p', ticketId, euros(50), flatQuote(sharePercent), {
    customerId: 'alice',
    heldUntil,
    ...(seat !== undefined && { seat }),
  });

interface Wish {
  tickets?: number;
  seats?: string[];
  customerId?: string;
  maxUnitPrice?: { amount: number; currency: string };
}

const claiming =
  ({ tickets, seats, customerId = 'alice', maxUnitPrice }: Wish) =>
  (state: Pool | undefined) => {
    const quantity = tickets ?? seats?.length ?? 1;
    const ticketIds = Array.from({ length: quantity }, (_, index) => `t${index + 1}`);
    return claimTickets(state, { pool, purchaseId: 'p', customerId, ticketIds, seats, maxUnitPrice, heldUntil, now });
  };
const withheld = (quantity: number, seats?: string[]): PoolEvent => ({
  type: 'TicketsWithheld',
  data: { quantity, ...(seats && { seats }) },
});
const givenBack = (quantity: number, seats?: string[]): PoolEvent => ({
  type: 'TicketsGivenBack',
  data: { quantity, ...(seats && { seats }) },
});
const steering = (command: Parameters<typeof steerPool>[2]) => (state: Pool | undefined) =>
  steerPool(state, pool, command);

describe('claiming numbered seats', () => {
  it('claims the seats that are named, in their order', () => {
    given(hall)
      .when(claiming({ seats: ['B-2', 'A-1'] }))
      .gives(taken('t1', 'B-2'), taken('t2', 'A-1'));
  });

  it('finds a seat that is written otherwise, once, and says it as the pool does', () => {
    given(hall)
      .when(claiming({ seats: ['Ａ-２', 'B-1'] }))
      .gives(taken('t1', 'A-2'), taken('t2', 'B-1'));
    given(hall)
      .when(claiming({ seats: ['A-1', 'Ａ-1'] }))
      .refuses({ slug: 'seat-unavailable', pool, seats: ['A-1'] });
    given(hall, seated('q', 'q1', 'A-1'))
      .when(claiming({ seats: ['Ａ-1'] }))
      .refuses({ slug: 'seat-unavailable', pool, seats: ['A-1'] });
    given(hall, withheld(1, ['A-1']))
      .when(steering({ kind: 'withhold', seats: ['Ａ-1', 'A-2', 'Ａ-2'] }))
      .gives(withheld(1, ['A-2']));
  });

  it('gives the best that are available where none are named', () => {
    given(hall)
      .when(claiming({ tickets: 2 }))
      .gives(taken('t1', 'A-1'), taken('t2', 'A-2'));
  });

  it('is refused for seats that are claimed, sold, withheld, not there or named twice, and names them all', () => {
    const taken = [hall, seated('q', 'q1', 'A-1'), seated('q', 'q2', 'A-2'), bought('q', 'q2'), withheld(1, ['A-3'])];
    given(...taken)
      .when(claiming({ seats: ['A-1', 'A-2', 'A-3', 'A-4'] }))
      .refuses({ slug: 'seat-unavailable', pool, seats: ['A-1', 'A-2', 'A-3'] });
    given(hall)
      .when(claiming({ seats: ['C-1', 'A-1', 'A-1'] }))
      .refuses({ slug: 'seat-unavailable', pool, seats: ['C-1', 'A-1'] });
  });

  it('finds a seat again that was released', () => {
    given(hall, seated('q', 'q1', 'A-1'), released('q', 'q1'))
      .when(claiming({ seats: ['A-1'] }))
      .gives(taken('t1', 'A-1'));
  });

  it('gives every seat of a purchase back', () => {
    const state = stateAfter(hall, seated('p', 't1', 'A-1'), seated('p', 't2', 'B-1'));
    const after = (state ? releaseTickets(state, 'p') : []).reduce<Pool | undefined>(evolvePool, state);
    expect(after?.seats?.statuses()).toEqual(['aaaa', 'aa']);
  });

  it('is refused by name where a pool has no numbers', () => {
    given(poolCreated())
      .when(claiming({ seats: ['A-1'] }))
      .refuses({ slug: 'wrong-numbering', pool, numbered: false });
  });

  it('is refused for more than are left, however many rows there are', () => {
    given(hall, withheld(4, ['A-1', 'A-2', 'A-3', 'A-4']))
      .when(claiming({ tickets: 3 }))
      .refuses({ slug: 'insufficient-inventory', pool, requested: 3, available: 2 });
  });
});

describe('withholding tickets', () => {
  it('keeps a quantity from sale, and gives it back', () => {
    given(poolCreated({ capacity: 3 }))
      .when(steering({ kind: 'withhold', quantity: 2, reason: 'for the band' }))
      .gives({ type: 'TicketsWithheld', data: { quantity: 2, reason: 'for the band' } });
    given(poolCreated({ capacity: 3 }), withheld(2))
      .when(claiming({ tickets: 2 }))
      .refuses({ slug: 'insufficient-inventory', pool, requested: 2, available: 1 });
    given(poolCreated({ capacity: 3 }), withheld(2))
      .when(steering({ kind: 'giveBack', quantity: 2 }))
      .gives(givenBack(2));
    given(poolCreated({ capacity: 3 }), withheld(2), givenBack(2))
      .when(claiming({ tickets: 2 }))
      .gives(taken('t1'), taken('t2'));
  });

  it('takes nothing that customers have, and gives nothing back that was never withheld', () => {
    given(poolCreated({ capacity: 3 }), claimed('q', 'q1'))
      .when(steering({ kind: 'withhold', quantity: 3 }))
      .refuses({ slug: 'insufficient-inventory', pool, requested: 3, available: 2 });
    given(poolCreated({ capacity: 3 }), withheld(1))
      .when(steering({ kind: 'giveBack', quantity: 2 }))
      .refuses({ slug: 'not-withheld', pool, withheld: 1 });
    given(hall, seated('q', 'q1', 'A-1'))
      .when(steering({ kind: 'withhold', seats: ['A-1', 'A-2', 'Z-9'] }))
      .refuses({ slug: 'seat-unavailable', pool, seats: ['A-1', 'Z-9'] });
    given(hall, seated('q', 'q1', 'A-1'))
      .when(steering({ kind: 'giveBack', seats: ['A-1'] }))
      .refuses({ slug: 'seat-unavailable', pool, seats: ['A-1'] });
  });

  it('turns each seat once, however often it is asked', () => {
    given(hall, withheld(1, ['A-1']))
      .when(steering({ kind: 'withhold', seats: ['A-1', 'A-2', 'A-2'] }))
      .gives(withheld(1, ['A-2']));
    given(hall, withheld(1, ['A-1']))
      .when(steering({ kind: 'withhold', seats: ['A-1'] }))
      .givesNothing();
    given(hall, withheld(1, ['A-1']))
      .when(steering({ kind: 'giveBack', seats: ['A-1', 'A-2'] }))
      .gives(givenBack(1, ['A-1']));
  });

  it('asks for seats where they are numbered, and for a quantity where they are not', () => {
    given(hall)
      .when(steering({ kind: 'withhold', quantity: 1 }))
      .refuses({ slug: 'wrong-numbering', pool, numbered: true });
    given(poolCreated())
      .when(steering({ kind: 'giveBack', seats: ['A-1'] }))
      .refuses({ slug: 'wrong-numbering', pool, numbered: false });
  });
});

describe('what one customer may have', () => {
  const limited = poolCreated({ maxPerCustomer: 2 });
  const mine = (purchaseId: string, ticketId: string, customerId = 'alice') =>
    claimed(purchaseId, ticketId, euros(50), flatQuote(), { customerId });

  it('counts what is claimed and what is bought', () => {
    given(limited, mine('q', 'q1'), mine('r', 'r1'), bought('r', 'r1'))
      .when(claiming({ tickets: 1 }))
      .refuses({ slug: 'customer-limit-reached', pool, limit: 2, held: 2 });
    given(limited, mine('q', 'q1'))
      .when(claiming({ tickets: 2 }))
      .refuses({ slug: 'customer-limit-reached', pool, limit: 2, held: 1 });
  });

  it('counts a customer as one whose id differs in what cannot be seen', () => {
    given(limited, mine('q', 'q1', 'alice\u200b'), mine('r', 'r1', 'ａlice'))
      .when(claiming({ tickets: 1 }))
      .refuses({ slug: 'customer-limit-reached', pool, limit: 2, held: 2 });
  });

  it('forgets what was given back, and does not mix customers up', () => {
    given(limited, mine('q', 'q1'), mine('q', 'q2'), released('q', 'q1'))
      .when(claiming({ tickets: 1 }))
      .gives(taken('t1', undefined, 10));
    given(limited, mine('q', 'q1', 'bob'), mine('q', 'q2', 'bob'))
      .when(claiming({ tickets: 2 }))
      .gives(taken('t1', undefined, 20), taken('t2', undefined, 20));
  });
});

describe('what one customer may hold', () => {
  const mine = (purchaseId: string, ticketId: string, customerId = 'alice') =>
    claimed(purchaseId, ticketId, euros(50), flatQuote(), { customerId });
  const holding = (count: number, customerId?: string) =>
    Array.from({ length: count }, (_, nth) => mine('q', `q${nth}`, customerId));
  const full = (limit: number, held: number) =>
    ({ slug: 'customer-limit-reached', pool, limit, held, counted: 'held' }) as const;

  it('is twice the most of a purchase where the pool says nothing else', () => {
    given(poolCreated(), ...holding(8))
      .when(claiming({ tickets: 1 }))
      .refuses(full(8, 8));
    given(poolCreated(), ...holding(7))
      .when(claiming({ tickets: 2 }))
      .refuses(full(8, 7));
    given(poolCreated(), ...holding(7))
      .when(claiming({ tickets: 1 }))
      .gives(taken('t1', undefined, 70));
  });

  it('is as much as the pool says, and else as much as a customer may have at all', () => {
    given(poolCreated({ maxHeldPerCustomer: 2 }), ...holding(2))
      .when(claiming({ tickets: 1 }))
      .refuses(full(2, 2));
    given(poolCreated({ maxHeldPerCustomer: 9 }), ...holding(8))
      .when(claiming({ tickets: 1 }))
      .gives(taken('t1', undefined, 80));
    given(poolCreated({ maxPerCustomer: 9 }), ...holding(8))
      .when(claiming({ tickets: 1 }))
      .gives(taken('t1', undefined, 80));
    given(poolCreated({ maxPerCustomer: 9, maxHeldPerCustomer: 3 }), ...holding(3))
      .when(claiming({ tickets: 1 }))
      .refuses(full(3, 3));
  });

  it('counts no ticket that was bought or given back, and none of another customer', () => {
    const limited = poolCreated({ maxHeldPerCustomer: 2 });
    given(limited, mine('q', 'q1'), mine('q', 'q2'), bought('q', 'q1'), bought('q', 'q2'))
      .when(claiming({ tickets: 2 }))
      .gives(taken('t1', undefined, 20), taken('t2', undefined, 20));
    given(limited, mine('q', 'q1'), mine('q', 'q2'), released('q', 'q1'))
      .when(claiming({ tickets: 1 }))
      .gives(taken('t1', undefined, 10));
    given(limited, ...holding(2, 'bob'))
      .when(claiming({ tickets: 2 }))
      .gives(taken('t1', undefined, 20), taken('t2', undefined, 20));
  });
});

describe('the most that a buyer would pay', () => {
  const repriced: PoolEvent = { type: 'PoolRepriced', data: { price: euros(70) } };

  it('is no hindrance while tickets cost no more', () => {
    given(poolCreated())
      .when(claiming({ maxUnitPrice: euros(50) }))
      .gives(taken('t1'));
  });

  it('refuses what is dearer by now, with the price', () => {
    given(poolCreated(), repriced)
      .when(claiming({ maxUnitPrice: euros(69.99) }))
      .refuses({ slug: 'price-changed', pool, price: euros(70) });
  });

  it('is in the currency of the pool', () => {
    given(poolCreated())
      .when(claiming({ maxUnitPrice: { amount: 9_000, currency: 'USD' } }))
      .refuses({ slug: 'wrong-currency', pool, currency: 'EUR', field: 'maxUnitPrice' });
  });
});
