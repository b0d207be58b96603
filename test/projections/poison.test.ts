import type { Pool as Database } from 'pg';
import {
  catchUp,
  eventCounts,
  listProjections,
  type Projection,
  parkedEvents,
  purchases,
  purchasesById,
  rebuild,
  retryParked,
  verify,
} from '../../src/projections';
import { HighWaterMark, lastPosition } from '../../src/store';
import { type Ledger, onSale, openBoxOffice, purchaseOf, stepOf } from '../support/box-office';
import { followed } from '../support/followed';

/** A projection with a fault, which can be mended. */
function faulty(real: Projection): Projection & { fails: Set<string>; mend(): void } {
  const fails = new Set<string>();
  return {
    ...real,
    fails,
    mend: () => fails.clear(),
    async apply(events, into) {
      const poison = events.find(({ stream, version }) => fails.has(`${stream} ${version}`));
      if (poison) throw new TypeError(`cannot read ${poison.stream}`);
      return real.apply(events, into);
    },
  };
}

describe('an event that a projection cannot apply', () => {
  let boxOffice: Awaited<ReturnType<typeof openBoxOffice>>;
  let ledger: Ledger;
  let database: Database;
  let pool: string;
  beforeEach(async () => {
    boxOffice = await openBoxOffice();
    ledger = boxOffice.another();
    database = ledger.database;
    pool = await onSale(ledger, { capacity: 1_000 });
  });
  afterEach(() => boxOffice.close());

  const reserve = async () => {
    const purchase = purchaseOf(pool);
    await ledger.activities.reserve(purchase);
    return purchase;
  };
  const cancel = (purchase: ReturnType<typeof purchaseOf>) =>
    ledger.activities.release({ ...stepOf(purchase), ending: { kind: 'cancelled', reason: 'no time' } });
  const statuses = async () => {
    const { rows } = await database.query<{ id: string; status: string }>('SELECT id, status FROM purchases');
    return Object.fromEntries(rows.map(({ id, status }) => [id, status]));
  };
  const parked = async () =>
    (await parkedEvents(database, 'purchases', 100)).map(({ stream, error }) => [stream, error]);
  const catchUpNow = async (projection: Projection) => catchUp(database, projection, await lastPosition(database));

  /** Two of many purchases are poison, one of them with more events to come. */
  async function poisoned() {
    const projection = faulty(purchases);
    const all = [];
    for (let nth = 0; nth < 20; nth += 1) all.push(await reserve());
    const [one, other] = [all[7], all[15]];
    if (!one || !other) throw new Error('20 purchases were made');
    projection.fails.add(`purchase-${one.purchaseId} 1`).add(`purchase-${other.purchaseId} 1`);
    await cancel(one);
    await catchUpNow(projection);
    return { projection, all, one, other };
  }

  it('is parked and counted, with those behind it in its stream, and the rest goes on', async () => {
    const { all, one, other, projection } = await poisoned();
    const rows = await statuses();
    expect(Object.keys(rows)).toHaveLength(all.length - 2);
    expect(await parked()).toEqual([
      [`purchase-${one.purchaseId}`, `cannot read purchase-${one.purchaseId}`],
      [`purchase-${other.purchaseId}`, `cannot read purchase-${other.purchaseId}`],
      [`purchase-${one.purchaseId}`, null],
    ]);
    await cancel(other);
    const [free] = all;
    await cancel(free ?? other);
    await catchUpNow(projection);
    expect(await parked()).toHaveLength(4);
    expect(await statuses()).toMatchObject({ [free?.purchaseId ?? '']: 'cancelled' });
    const states = await listProjections(database, [projection]);
    expect(states).toContainEqual(expect.objectContaining({ name: 'purchases', parked: 4, behind: 0 }));
  });

  it('does not keep customers from seeing that purchase as it is', async () => {
    const { one } = await poisoned();
    expect(await purchasesById(database, [one.purchaseId])).toMatchObject([{ status: 'cancelled' }]);
  });

  it('is brought in, in order, once the cause is mended and it is tried again', async () => {
    const { projection, one, other } = await poisoned();
    projection.fails.delete(`purchase-${one.purchaseId} 1`);
    expect(await retryParked(database, projection)).toEqual({ applied: 2, left: 1 });
    expect(await statuses()).toMatchObject({ [one.purchaseId]: 'cancelled' });
    projection.mend();
    expect(await retryParked(database, projection)).toEqual({ applied: 1, left: 0 });
    expect(await statuses()).toMatchObject({ [other.purchaseId]: 'reserved' });
    expect(await verify(database, purchases)).toMatchObject({ differing: 0 });
    await cancel(other);
    await catchUpNow(projection);
    expect(await statuses()).toMatchObject({ [other.purchaseId]: 'cancelled' });
  });

  it('is shown by a verification until it is brought in', async () => {
    await poisoned();
    expect(await verify(database, purchases)).toMatchObject({ differing: 2 });
  });

  it('is parked anew by a rebuild, or brought in by one where the cause is mended', async () => {
    const { projection } = await poisoned();
    const mark = new HighWaterMark(database, { onCommit: () => () => undefined }, () => undefined);
    mark.start();
    expect(await rebuild(database, mark, projection)).toMatchObject({ parked: 3 });
    expect(await parked()).toHaveLength(3);
    projection.mend();
    expect(await rebuild(database, mark, projection)).toMatchObject({ parked: 0 });
    expect(await parked()).toEqual([]);
    expect(await verify(database, purchases)).toMatchObject({ differing: 0, rows: 20 });
    await mark.stop();
  });

  it('is never blamed for what is wrong with the database', async () => {
    await reserve();
    await database.query('ALTER TABLE purchases RENAME TO hidden');
    await expect(catchUpNow(purchases)).rejects.toThrow('relation "purchases" does not exist');
    await database.query('ALTER TABLE hidden RENAME TO purchases');
    await catchUpNow(purchases);
    expect(await parked()).toEqual([]);
    expect(Object.keys(await statuses())).toHaveLength(1);
  });

  it('keeps its own error when it is tried again while the database is away', async () => {
    const { projection } = await poisoned();
    const before = await parked();
    const away = { ...projection, apply: () => Promise.reject(new Error('Connection terminated unexpectedly')) };
    await expect(retryParked(database, away)).rejects.toThrow('the event store is away');
    expect(await parked()).toEqual(before);
  });

  it('leaves the other projections alone', async () => {
    await poisoned();
    await followed(database);
    expect(await eventCounts(database)).toContainEqual({ type: 'TicketsReserved', count: 20 });
  });
});
