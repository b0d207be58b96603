import { randomUUID } from 'node:crypto';
import { type CartCommands, cartCommitOptions, createCartCommands } from '../../activities';
import type { PurchaseRequest } from '../../src/domain';
import { connect, GroupCommit, readStream } from '../../src/store';
import { type Ledger, onSale, openBoxOffice } from '../support/box-office';
import { lineOfCart } from '../support/cart-events';
import { euros } from '../support/domain-events';

describe('reserving what is in a cart', () => {
  let boxOffice: Awaited<ReturnType<typeof openBoxOffice>>;
  let ledger: Ledger;
  let database: ReturnType<typeof connect>;
  /** Of another process, as the API is. */
  let carts: CartCommands;

  beforeAll(async () => {
    boxOffice = await openBoxOffice();
    ledger = boxOffice.another();
    database = connect(boxOffice.url, () => undefined);
    carts = createCartCommands({ committer: new GroupCommit(database, cartCommitOptions), newId: randomUUID });
  });
  afterAll(async () => {
    await database.end();
    await boxOffice.close();
  });

  const allowed = () => undefined;
  const typesOf = async (stream: string) => (await readStream(database, stream)).map(({ type }) => type);
  const left = async (pool: string) => (await typesOf(`pool-${pool}`)).filter((type) => type !== 'PoolCreated').length;

  /** A cart of one line for each pool, two tickets each, and the purchase that it would become. */
  async function cartOf(...pools: string[]): Promise<PurchaseRequest & { cart: { id: string; version: number } }> {
    const id = randomUUID();
    await carts.createCart(id, { customerId: 'alice' });
    const items = pools.map((pool) => lineOfCart(pool, 2));
    for (const line of items) expect(await carts.addItem(id, line, allowed)).toBeUndefined();
    return { purchaseId: randomUUID(), customerId: 'alice', items, cart: { id, version: 1 + items.length } };
  }

  const again = (request: PurchaseRequest): PurchaseRequest => ({ ...request, purchaseId: randomUUID() });

  it('closes the cart with the total, in the same transaction and once', async () => {
    const [stalls, circle] = [await onSale(ledger), await onSale(ledger, { price: euros(30) })];
    const request = await cartOf(stalls, circle);
    const first = await ledger.activities.reserve(request);
    expect(first).toMatchObject({ reserved: true, total: euros(160) });
    const again = { ...first, resumed: { status: 'reserved', attemptsLeft: 3, unsettled: [] } };
    expect(await ledger.activities.reserve(request)).toEqual(again);
    expect(await boxOffice.another().activities.reserve(request)).toEqual(again);
    const events = await readStream(database, `cart-${request.cart.id}`);
    expect(events.map(({ type }) => type)).toEqual(['CartCreated', 'ItemAdded', 'ItemAdded', 'CheckedOut']);
    expect(events.at(-1)).toMatchObject({
      data: { purchaseId: request.purchaseId, total: euros(160) },
      metadata: { correlation: request.purchaseId, causation: 'reserve' },
    });
    const { rows } = await database.query(
      `SELECT count(DISTINCT xmin::text)::int AS transactions, count(*)::int AS events FROM events
       WHERE metadata ->> 'correlation' = $1`,
      [request.purchaseId],
    );
    expect(rows).toEqual([{ transactions: 1, events: 4 + 1 + 1 }]);
  });

  it('is refused for every other purchase of the same cart', async () => {
    const pool = await onSale(ledger);
    const request = await cartOf(pool);
    await ledger.activities.reserve(request);
    const refusal = { slug: 'cart-checked-out', purchaseId: request.purchaseId };
    for (const { activities } of [ledger, boxOffice.another()]) {
      expect(await activities.reserve(again(request))).toEqual({ reserved: false, refusal });
    }
    expect(await left(pool)).toBe(2);
  });

  it('is won by one of many purchases at once, in several processes', async () => {
    const pool = await onSale(ledger, { capacity: 100 });
    const request = await cartOf(pool);
    const processes = [ledger, boxOffice.another(), boxOffice.another()];
    const requests = Array.from({ length: 30 }, () => again(request));
    const outcomes = await Promise.all(
      requests.map((each, nth) => (processes[nth % processes.length] ?? ledger).activities.reserve(each)),
    );
    expect(outcomes.filter(({ reserved }) => reserved)).toHaveLength(1);
    const winner = requests.find((_, nth) => outcomes[nth]?.reserved);
    for (const outcome of outcomes) {
      if (outcome.reserved) continue;
      expect(outcome.refusal).toEqual({ slug: 'cart-checked-out', purchaseId: winner?.purchaseId });
    }
    expect(await left(pool)).toBe(2);
  });

  it('is refused where the cart was changed since, also by another process, and leaves it open', async () => {
    const pool = await onSale(ledger);
    const request = await cartOf(pool);
    expect(await carts.changeItem(request.cart.id, lineOfCart(pool, 1), allowed)).toBeUndefined();
    expect(await ledger.activities.reserve(request)).toEqual({ reserved: false, refusal: { slug: 'cart-changed' } });
    expect(await carts.undoChange(request.cart.id)).toBeUndefined();
    expect(await ledger.activities.reserve(again(request))).toMatchObject({ refusal: { slug: 'cart-changed' } });
    expect(await left(pool)).toBe(0);
    const now = { ...again(request), cart: { id: request.cart.id, version: 4 } };
    expect(await ledger.activities.reserve(now)).toMatchObject({ reserved: true });
    expect(await carts.undoChange(request.cart.id)).toEqual({
      slug: 'cart-checked-out',
      purchaseId: now.purchaseId,
    });
  });

  it('is refused as a whole where one line cannot be had, and leaves the cart open and nothing claimed', async () => {
    const [one, two, small] = [await onSale(ledger), await onSale(ledger), await onSale(ledger, { capacity: 1 })];
    const request = await cartOf(one, small, two);
    expect(await ledger.activities.reserve(request)).toMatchObject({
      reserved: false,
      refusal: { slug: 'insufficient-inventory', pool: small },
    });
    expect(await Promise.all([one, two, small].map(left))).toEqual([0, 0, 0]);
    expect(await typesOf(`cart-${request.cart.id}`)).not.toContain('CheckedOut');
    expect(await carts.removeItem(request.cart.id, small)).toBeUndefined();
    const items = request.items.filter(({ pool }) => pool !== small);
    const smaller = { ...again(request), items, cart: { id: request.cart.id, version: 5 } };
    expect(await ledger.activities.reserve(smaller)).toMatchObject({ reserved: true });
  });

  it('is refused where there is no such cart', async () => {
    const request = { ...(await cartOf(await onSale(ledger))), cart: { id: randomUUID(), version: 1 } };
    expect(await ledger.activities.reserve(request)).toEqual({
      reserved: false,
      refusal: { slug: 'not-found', what: 'such cart' },
    });
  });

  it('never happens while a change gets in between: of the two, one is refused or both are of the same cart', async () => {
    const pool = await onSale(ledger, { capacity: 200 });
    for (let round = 0; round < 20; round += 1) {
      const request = await cartOf(pool);
      const [outcome, refused] = await Promise.all([
        ledger.activities.reserve(request),
        carts.changeItem(request.cart.id, lineOfCart(pool, 1), allowed),
      ]);
      const types = await typesOf(`cart-${request.cart.id}`);
      const late = { reserved: outcome.reserved, changed: refused === undefined };
      expect(late).toEqual({ reserved: types.at(-1) === 'CheckedOut', changed: types.at(-1) === 'ItemChanged' });
      expect(late.reserved).toBe(!late.changed);
    }
  });
});
