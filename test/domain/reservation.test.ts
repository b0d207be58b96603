import {
  evolvePool,
  money,
  type Pool,
  type PoolEvent,
  purchaseCodec,
  purchaseLimits,
  type RequestedItem,
  reserveTickets,
} from '../../src/domain';
import { claimed, euros, poolCreated, stopped } from '../support/domain-events';
import { scenarios } from '../support/scenario';

const { stateAfter } = scenarios(evolvePool);
const now = new Date('2026-03-01T12:00:00Z');
const purchaseId = '0197b3a0-0000-7000-8000-000000000001';

function reserve(items: RequestedItem[], streams: Record<string, PoolEvent[]>) {
  const named = (name: string): Pool | undefined => stateAfter(...(streams[name] ?? []));
  return reserveTickets({ purchaseId, customerId: 'alice', items }, named, now);
}

const front = poolCreated({ name: 'front', price: euros(80), capacity: 2 });
const back = poolCreated({ name: 'back', price: euros(30), holdSeconds: 60 });
const both = [
  { pool: 'front', quantity: 2 },
  { pool: 'back', quantity: 1 },
];

describe('reserving tickets of several pools', () => {
  it('claims every line at the price of its own pool', () => {
    const { claims, opening } = reserve(both, { front: [front], back: [back] });
    expect([...claims].map(([pool, events]) => [pool, events.map(({ type }) => type)])).toEqual([
      ['front', ['TicketClaimed', 'TicketClaimed']],
      ['back', ['TicketClaimed']],
    ]);
    expect(opening).toMatchObject({
      type: 'TicketsReserved',
      data: {
        customerId: 'alice',
        total: euros(190),
        items: [
          { pool: 'front', quantity: 2, tickets: [{ price: euros(80) }, { price: euros(80) }] },
          { pool: 'back', quantity: 1, tickets: [{ price: euros(30) }] },
        ],
      },
    });
  });

  it('adds up to more than one ticket may cost, in an event that can be read', () => {
    const price = { amount: money.shape.amount.maxValue ?? 0, currency: 'EUR' };
    const dearest = poolCreated({ price, capacity: 50, maxPerPurchase: 50 });
    const names = Array.from({ length: purchaseLimits.lines }, (_, nth) => `pool-${nth}`);
    const items = names.map((pool) => ({ pool, quantity: 50 }));
    const { opening } = reserve(items, Object.fromEntries(names.map((pool) => [pool, [dearest]])));
    expect(opening.data).toMatchObject({ total: { amount: 500 * price.amount } });
    const stored = { ...opening, schemaVersion: purchaseCodec.versionOf(opening.type) };
    expect(purchaseCodec.decode(stored)).toEqual(opening);
  });

  it('names the same tickets in the purchase and in its pools, each ticket once', () => {
    const { claims, opening } = reserve(both, { front: [front], back: [back] });
    const inPools = [...claims.values()].flat().map(({ data }) => ('ticketId' in data ? data.ticketId : ''));
    const inPurchase =
      opening.type === 'TicketsReserved'
        ? opening.data.items.flatMap(({ tickets }) => tickets.map(({ id }) => id))
        : [];
    expect(inPools).toEqual(inPurchase);
    expect(new Set(inPools).size).toBe(3);
  });

  it('decides the same tickets when it is decided again', () => {
    expect(reserve(both, { front: [front], back: [back] })).toEqual(reserve(both, { front: [front], back: [back] }));
  });

  it('holds them for the shortest hold of its pools', () => {
    const { opening } = reserve(both, { front: [front], back: [back] });
    expect(opening.data).toMatchObject({ expiresAt: '2026-03-01T12:01:00.000Z' });
  });

  it('claims nothing where one line cannot be had, and says which', () => {
    const { claims, opening } = reserve(both, { front: [front], back: [back, stopped()] });
    expect(claims.size).toBe(0);
    expect(opening).toEqual({
      type: 'PurchaseRejected',
      data: {
        customerId: 'alice',
        items: both,
        refusal: { slug: 'sales-stopped', pool: 'back', reason: 'a storm is coming' },
      },
    });
  });

  it('names the first line that cannot be had', () => {
    const { opening } = reserve(both, { front: [front, claimed('q', 't')] });
    expect(opening.data).toMatchObject({
      refusal: { slug: 'insufficient-inventory', pool: 'front', requested: 2, available: 1 },
    });
  });

  it('does not mix currencies', () => {
    const dollars = poolCreated({ name: 'back', price: { amount: 3000, currency: 'USD' } });
    const { claims, opening } = reserve(both, { front: [front], back: [dollars] });
    expect(claims.size).toBe(0);
    expect(opening.data).toMatchObject({ refusal: { slug: 'mixed-currencies', currencies: ['EUR', 'USD'] } });
  });

  it.each([-1, 0, 1.5, 5, 2 ** 40])('refuses a quantity of %p', (quantity) => {
    const { claims, opening } = reserve([{ pool: 'back', quantity }], { back: [back] });
    expect(claims.size).toBe(0);
    expect(opening.data).toMatchObject({ refusal: { slug: 'invalid-quantity', pool: 'back', min: 1, max: 4 } });
  });

  it('counts lines of the same pool together', () => {
    const twice = (quantity: number) => reserve(Array(2).fill({ pool: 'back', quantity }), { back: [back] });
    expect(twice(2).claims.get('back')).toHaveLength(4);
    expect(twice(2).opening.data).toMatchObject({ total: euros(120), items: [{ pool: 'back', quantity: 4 }] });
    expect(twice(3).opening.data).toMatchObject({ refusal: { slug: 'invalid-quantity', max: 4 } });
  });
});
