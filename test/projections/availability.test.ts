import { listPools, type PoolView, poolNamed } from '../../src/projections';
import { type Ledger, onSale, openBoxOffice, paid, purchaseOf, stepOf } from '../support/box-office';
import { euros } from '../support/domain-events';
import { oneTo } from '../support/event-store';

describe('the availability of a pool', () => {
  let boxOffice: Awaited<ReturnType<typeof openBoxOffice>>;
  let ledger: Ledger;
  beforeAll(async () => {
    boxOffice = await openBoxOffice();
    ledger = boxOffice.another();
  });
  afterAll(() => boxOffice.close());

  const steer = (
    pool: string,
    stepId: string,
    name: 'stopSales' | 'resumeSales' | 'reprice' | 'cancelSales',
    input?: unknown,
  ) => ledger.activities.steerPool({ pool, stepId, step: { name, input } });
  const view = (pool: string) => poolNamed(ledger.database, pool);

  it('shows a new pool with all its settings', async () => {
    const dates = {
      startsAt: '2026-06-01T18:00:00.000Z',
      opensAt: '2026-03-02T09:00:00.000Z',
      closesAt: '2026-06-01T17:00:00.000Z',
    };
    const pool = await onSale(ledger, { capacity: 20, ...dates });
    expect(await view(pool)).toEqual({
      name: pool,
      title: 'Spring Gig',
      promoter: 'pat',
      status: 'scheduled',
      soldOut: false,
      allHeld: false,
      capacity: 20,
      available: 20,
      claimed: 0,
      sold: 0,
      withheld: 0,
      numbered: false,
      price: euros(50),
      maxPerPurchase: 4,
      maxHeldPerCustomer: 8,
      holdSeconds: 300,
      ...dates,
      position: expect.any(Number),
    });
  });

  it('knows no pool that was never made', async () => {
    expect(await view('nowhere')).toBeUndefined();
  });

  it('follows every step of a sale, and its position grows with it', async () => {
    const pool = await onSale(ledger, { capacity: 3 });
    const [bought, givenBack] = [purchaseOf({ [pool]: 2 }), purchaseOf(pool)];
    const views: (PoolView | undefined)[] = [];
    const steps = [
      () => ledger.activities.reserve(bought),
      () => ledger.activities.reserve(givenBack),
      () => paid(ledger, bought),
      () => ledger.activities.release({ ...stepOf(givenBack), ending: { kind: 'expired' } }),
      () => steer(pool, '1', 'stopSales', { reason: 'rain' }),
      () => steer(pool, '2', 'resumeSales'),
      () => steer(pool, '3', 'reprice', { price: euros(60) }),
      () => steer(pool, '4', 'cancelSales', { reason: 'the band is ill' }),
    ];
    for (const step of steps) {
      await step();
      views.push(await view(pool));
    }
    expect(
      views.map((each) => [each?.available, each?.claimed, each?.sold, each?.soldOut, each?.status, each?.reason]),
    ).toEqual([
      [1, 2, 0, false, 'on-sale', undefined],
      [0, 3, 0, false, 'on-sale', undefined],
      [0, 1, 2, false, 'on-sale', undefined],
      [1, 0, 2, false, 'on-sale', undefined],
      [1, 0, 2, false, 'stopped', 'rain'],
      [1, 0, 2, false, 'on-sale', undefined],
      [1, 0, 2, false, 'on-sale', undefined],
      [1, 0, 2, false, 'cancelled', 'the band is ill'],
    ]);
    expect(views.at(-2)?.price).toEqual(euros(60));
    const positions = views.map((each) => each?.position ?? 0);
    expect(positions).toEqual([...new Set(positions)].sort((one, other) => one - other));
  });

  it('adds up in every answer while many buy at once, and never goes back in time', async () => {
    const others = [ledger, boxOffice.another()];
    const capacity = 60;
    const pool = await onSale(ledger, { capacity });
    let buying = true;
    const seen: PoolView[] = [];
    const watch = async () => {
      while (buying) {
        const now = await view(pool);
        if (now) seen.push(now);
      }
    };
    const watching = watch();
    await Promise.all(
      oneTo(200).map(async (nth) => {
        const seller = others[nth % 2] ?? ledger;
        const purchase = purchaseOf({ [pool]: 1 + (nth % 3) });
        const { reserved } = await seller.activities.reserve(purchase);
        if (reserved && nth % 2 === 0) await paid(seller, purchase);
        else if (reserved) await seller.activities.release({ ...stepOf(purchase), ending: { kind: 'expired' } });
      }),
    );
    buying = false;
    await watching;
    const sums = seen.map(({ available, claimed, sold }) => available + claimed + sold);
    expect(new Set(sums)).toEqual(new Set([capacity]));
    for (const { available, claimed, sold, soldOut } of seen) {
      expect(Math.min(available, claimed, sold)).toBeGreaterThanOrEqual(0);
      expect(soldOut).toBe(available === 0 && claimed === 0);
    }
    const positions = seen.map(({ position }) => position);
    expect(positions).toEqual([...positions].sort((one, other) => one - other));
    expect(new Set(positions).size).toBeGreaterThan(2);
  });
});

describe('the list of pools', () => {
  let boxOffice: Awaited<ReturnType<typeof openBoxOffice>>;
  let ledger: Ledger;
  beforeAll(async () => {
    boxOffice = await openBoxOffice();
    ledger = boxOffice.another();
    for (const name of ['c', 'a', 'e', 'b', 'd-1', 'd']) await onSale(ledger, { name });
    for (const pool of ['b', 'd']) {
      const step = { name: 'stopSales' as const, input: { reason: 'rain' } };
      await ledger.activities.steerPool({ pool, stepId: '1', step });
    }
  });
  afterAll(() => boxOffice.close());

  const names = async (page: Parameters<typeof listPools>[1]) =>
    (await listPools(ledger.database, page)).map(({ name }) => name);

  it('goes page by page through all of them, in the order of their names', async () => {
    expect(await names({ limit: 100 })).toEqual(['a', 'b', 'c', 'd', 'd-1', 'e']);
    const pages: string[][] = [];
    for (let after: string | undefined; pages.length < 4; after = pages.at(-1)?.at(-1)) {
      pages.push(await names({ limit: 2, after }));
    }
    expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['d-1', 'e'], []]);
  });

  it('has only those of one status, also page by page', async () => {
    expect(await names({ limit: 100, status: 'stopped' })).toEqual(['b', 'd']);
    expect(await names({ limit: 1, status: 'stopped', after: 'b' })).toEqual(['d']);
    expect(await names({ limit: 2, status: 'on-sale', after: 'a' })).toEqual(['c', 'd-1']);
    expect(await names({ limit: 100, status: 'cancelled' })).toEqual([]);
  });
});
