import { randomUUID } from 'node:crypto';
import { constantFrom, integer, record, sample, shuffledSubarray } from 'fast-check';
import { type PoolEvent, type PurchaseRequest, poolCodec } from '../../src/domain';
import { readStream } from '../../src/store';
import { type Ledger, onSale, openBoxOffice, paid, purchaseOf, stepOf } from '../support/box-office';
import { euros } from '../support/domain-events';
import { oneTo } from '../support/event-store';
import { testSeed } from '../support/random';
import { brokenRules } from '../support/rules';

const poolCount = 5;
const capacity = 150;
const processes = 3;

const places = Array.from({ length: poolCount }, (_, index) => index);
const shoppers = record({
  lines: shuffledSubarray(places, { minLength: 1 }),
  quantities: record(Object.fromEntries(places.map((place) => [place, integer({ min: 1, max: 3 })]))),
  reservesAt: integer({ min: 0, max: processes - 1 }),
  endsAt: integer({ min: 0, max: processes - 1 }),
  ending: constantFrom('pay', 'pay', 'give back', 'hold'),
});

type Claim = Extract<PoolEvent, { type: 'TicketClaimed' }>['data'];

describe('purchases of several lines', () => {
  let boxOffice: Awaited<ReturnType<typeof openBoxOffice>>;
  beforeAll(async () => {
    boxOffice = await openBoxOffice();
  });
  afterAll(() => boxOffice.close());

  async function pay({ activities }: Ledger, purchase: PurchaseRequest, amount: { amount: number; currency: string }) {
    const { purchaseId } = purchase;
    const paymentId = randomUUID();
    const method = { type: 'creditCard', token: 'tok_ok' } as const;
    const started = await activities.startPayment({ ...stepOf(purchase), paymentId, method: method.type });
    expect(started).toEqual({ status: 'started' });
    await activities.capture({ purchaseId, paymentId, amount, method });
    const confirmed = await activities.confirm({ ...stepOf(purchase), paymentId });
    expect(confirmed).toMatchObject({ confirmed: true });
  }

  it(`are all or none in whatever order they name the same pools, and never wait for one another in a circle (seed ${testSeed()})`, async () => {
    const ledgers = oneTo(processes).map(() => boxOffice.another());
    const [first] = ledgers;
    if (!first) throw new Error('there is no process');
    for (const { clock } of ledgers) clock.now = new Date();
    const demand = { everyPercentSold: 10, percent: 7.5, maxPercent: 60 };
    const pools = await Promise.all(
      oneTo(poolCount).map(() => onSale(first, { capacity, holdSeconds: 3_600, pricing: { demand } })),
    );

    const outcomes = await Promise.all(
      sample(shoppers, { seed: testSeed(), numRuns: 300 }).map(async (shopper) => {
        const lines = shopper.lines.map((place) => [pools[place], shopper.quantities[place]] as const);
        const purchase = purchaseOf(Object.fromEntries(lines));
        const [reserving, ending] = [ledgers[shopper.reservesAt] ?? first, ledgers[shopper.endsAt] ?? first];
        const reserved = await reserving.activities.reserve(purchase);
        if (!reserved.reserved) {
          expect(reserved.refusal.slug).toBe('insufficient-inventory');
          return { purchase, ending: 'refused', total: undefined };
        }
        if (shopper.ending === 'pay') await pay(ending, purchase, reserved.total);
        if (shopper.ending === 'give back') {
          await ending.activities.release({ ...stepOf(purchase), ending: { kind: 'cancelled', reason: 'no' } });
        }
        return { purchase, ending: shopper.ending, total: reserved.total };
      }),
    );

    const claims = new Map<string, { pool: string; claim: Claim }[]>();
    for (const pool of pools) {
      for (const stored of await readStream(first.database, `pool-${pool}`)) {
        const event = poolCodec.decode(stored);
        if (event.type !== 'TicketClaimed') continue;
        const { purchaseId } = event.data;
        claims.set(purchaseId, [...(claims.get(purchaseId) ?? []), { pool, claim: event.data }]);
      }
    }
    for (const { purchase, ending, total } of outcomes) {
      const claimed = claims.get(purchase.purchaseId) ?? [];
      const wanted = ending === 'refused' ? [] : purchase.items;
      for (const { pool, quantity } of wanted) {
        expect(claimed.filter((each) => each.pool === pool)).toHaveLength(quantity);
      }
      expect(claimed).toHaveLength(wanted.reduce((sum, { quantity }) => sum + quantity, 0));
      expect(claimed.reduce((sum, { claim }) => sum + claim.price.amount, 0)).toBe(total?.amount ?? 0);
    }

    const ticketsOf = (pool: string, ...endings: string[]) =>
      outcomes
        .filter(({ ending }) => endings.includes(ending))
        .flatMap(({ purchase }) => purchase.items)
        .reduce((sum, item) => sum + (item.pool === pool ? item.quantity : 0), 0);
    for (const pool of pools) {
      const { rows } = await first.database.query('SELECT claimed, sold FROM availability WHERE pool = $1', [pool]);
      expect(rows).toEqual([{ claimed: ticketsOf(pool, 'hold'), sold: ticketsOf(pool, 'pay') }]);
    }
    const counted = (ending: string) => outcomes.filter((outcome) => outcome.ending === ending).length;
    expect(Math.min(...['refused', 'pay', 'give back', 'hold'].map(counted))).toBeGreaterThan(0);
    const deadlocks = await first.database.query(
      'SELECT deadlocks::integer FROM pg_stat_database WHERE datname = current_database()',
    );
    expect(deadlocks.rows).toEqual([{ deadlocks: 0 }]);
    expect(await brokenRules(boxOffice.url, { acknowledged: [], longestOutageMs: 0 })).toEqual([]);
  });

  it('in several currencies are refused and leave nothing behind', async () => {
    const ledger = boxOffice.another();
    const inEuros = await onSale(ledger, { capacity: 5 });
    const inYen = await onSale(ledger, { capacity: 5, price: { amount: 500, currency: 'JPY' } });
    const purchase = purchaseOf({ [inEuros]: 1, [inYen]: 1 });
    expect(await ledger.activities.reserve(purchase)).toEqual({
      reserved: false,
      refusal: { slug: 'mixed-currencies', currencies: ['EUR', 'JPY'] },
    });
    for (const pool of [inEuros, inYen]) {
      expect(await readStream(ledger.database, `pool-${pool}`)).toHaveLength(1);
    }
    expect(await ledger.activities.reserve(purchaseOf({ [inEuros]: 2 }))).toMatchObject({ total: euros(100) });
  });

  it('never give one customer more of a pool than it allows, however many race', async () => {
    const ledgers = oneTo(processes).map(() => boxOffice.another());
    const [first] = ledgers;
    if (!first) throw new Error('there is no process');
    const limited = await onSale(first, { capacity: 100, maxPerCustomer: 5 });
    const open = await onSale(first, { capacity: 100 });
    const racing = oneTo(60).map(async (nth) => {
      const purchase = purchaseOf({ [open]: 1, [limited]: 2 }, nth % 2 === 0 ? 'alice' : 'bob');
      const outcome = await (ledgers[nth % processes] ?? first).activities.reserve(purchase);
      if (!outcome.reserved)
        expect(outcome.refusal).toMatchObject({ slug: 'customer-limit-reached', limit: 5, held: 4 });
      return { purchase, reserved: outcome.reserved };
    });
    const held = (await Promise.all(racing)).filter(({ reserved }) => reserved);
    expect(held.map(({ purchase }) => purchase.customerId).sort()).toEqual(['alice', 'alice', 'bob', 'bob']);
    const { rows } = await first.database.query(
      'SELECT pool, claimed FROM availability WHERE pool = ANY($1) ORDER BY claimed',
      [[limited, open]],
    );
    expect(rows).toEqual([
      { pool: open, claimed: 4 },
      { pool: limited, claimed: 8 },
    ]);

    const ofAlice = held.filter(({ purchase }) => purchase.customerId === 'alice').map(({ purchase }) => purchase);
    const [kept, expired] = ofAlice;
    if (!kept || !expired) throw new Error('alice holds nothing');
    const another = (quantity: number) => first.activities.reserve(purchaseOf({ [limited]: quantity }, 'alice'));
    expect(await paid(first, kept)).toMatchObject({ confirmed: true });
    expect(await another(2)).toMatchObject({ refusal: { slug: 'customer-limit-reached', held: 4 } });
    await first.activities.release({ ...stepOf(expired), ending: { kind: 'expired' } });
    expect(await another(4)).toMatchObject({ refusal: { slug: 'customer-limit-reached', held: 2 } });
    expect(await another(3)).toMatchObject({ reserved: true });
    expect(await another(1)).toMatchObject({ refusal: { slug: 'customer-limit-reached', held: 5 } });
  });
});
