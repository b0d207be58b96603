import { array, assert, constantFrom, integer, property, record, tuple } from 'fast-check';
import {
  deterministicId,
  evolvePool,
  type Pool,
  type PoolEvent,
  type RequestedItem,
  reserveTickets,
} from '../../src/domain';
import { poolCreated, stopped } from '../support/domain-events';
import { testSeed } from '../support/random';

const now = new Date('2026-03-01T12:00:00Z');
const names = ['stalls', 'circle', 'balcony', 'gods'] as const;
type Name = (typeof names)[number];

const section = record({
  state: constantFrom('on sale', 'on sale', 'on sale', 'on sale', 'stopped', 'cancelled', 'missing'),
  capacity: integer({ min: 1, max: 9 }),
  max: integer({ min: 1, max: 5 }),
  amount: integer({ min: 1, max: 90 }),
  currency: constantFrom('EUR', 'EUR', 'EUR', 'EUR', 'EUR', 'SEK'),
  holdSeconds: integer({ min: 1, max: 600 }),
});
type Section = typeof section extends { generate(...args: never[]): { value: infer Value } } ? Value : never;
const house = tuple(section, section, section, section);
const request = array(record({ pool: constantFrom(...names), quantity: integer({ min: 0, max: 4 }) }), {
  minLength: 1,
  maxLength: 4,
});

function eventsOf(name: string, { state, capacity, max, amount, currency, holdSeconds }: Section): PoolEvent[] {
  if (state === 'missing') return [];
  const price = { amount, currency };
  const created = poolCreated({ name, capacity, maxPerPurchase: max, price, holdSeconds });
  if (state === 'stopped') return [created, stopped('rain')];
  return state === 'cancelled' ? [created, { type: 'PoolCancelled', data: { reason: 'ill' } }] : [created];
}

/** What the box office would say, looking at its list of free places; the refusal by its slug and pool. */
function spoken(sections: Record<Name, Section>, free: Record<Name, number>, items: readonly RequestedItem[]) {
  const wanted = new Map<string, number>();
  for (const { pool, quantity } of items) wanted.set(pool, (wanted.get(pool) ?? 0) + quantity);
  for (const name of wanted.keys()) {
    const asked = wanted.get(name) ?? 0;
    const { state, max } = sections[name as Name];
    if (state === 'missing') return { slug: 'not-found' };
    if (state === 'cancelled') return { slug: 'pool-cancelled', pool: name };
    if (state === 'stopped') return { slug: 'sales-stopped', pool: name };
    if (asked < 1 || asked > max) return { slug: 'invalid-quantity', pool: name, max };
    const available = free[name as Name];
    if (asked > available) return { slug: 'insufficient-inventory', pool: name, requested: asked, available };
  }
  const currencies = new Set([...wanted.keys()].map((name) => sections[name as Name].currency));
  return currencies.size > 1 ? { slug: 'mixed-currencies', currencies: [...currencies] } : wanted;
}

it(`reservations over several pools have all their tickets or none (seed ${testSeed()})`, () => {
  assert(
    property(house, array(request, { minLength: 1, maxLength: 25 }), (four, requests) => {
      const sections = Object.fromEntries(names.map((name, nth) => [name, four[nth]])) as Record<Name, Section>;
      const free = Object.fromEntries(names.map((name) => [name, sections[name].capacity])) as Record<Name, number>;
      const pools = new Map<string, Pool | undefined>();
      for (const name of names) {
        pools.set(name, eventsOf(name, sections[name]).reduce<Pool | undefined>(evolvePool, undefined));
      }
      requests.forEach((items, nth) => {
        const purchaseId = deterministicId('purchase', nth);
        const { claims, opening } = reserveTickets(
          { purchaseId, customerId: `buyer-${nth}`, items },
          (name) => pools.get(name),
          now,
        );
        const said = spoken(sections, free, items);
        if (!(said instanceof Map)) {
          expect(opening).toMatchObject({ type: 'PurchaseRejected', data: { refusal: said, items } });
          expect(claims.size).toBe(0);
          return;
        }
        expect(new Map([...claims].map(([name, events]) => [name, events.length]))).toEqual(said);
        let total = 0;
        let hold = Number.POSITIVE_INFINITY;
        for (const [name, quantity] of said) {
          const { amount, holdSeconds } = sections[name as Name];
          pools.set(name, claims.get(name)?.reduce<Pool | undefined>(evolvePool, pools.get(name)));
          free[name as Name] -= quantity;
          total += amount * quantity;
          hold = Math.min(hold, holdSeconds);
          expect(pools.get(name)).toMatchObject({ claimed: sections[name as Name].capacity - free[name as Name] });
        }
        const expiresAt = new Date(now.getTime() + hold * 1_000).toISOString();
        expect(opening).toMatchObject({ type: 'TicketsReserved', data: { total: { amount: total }, expiresAt } });
      });
    }),
    { seed: testSeed(), numRuns: 300 },
  );
});
