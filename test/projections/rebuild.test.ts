import { Client } from 'pg';
import {
  projections,
  purchases,
  purchasesById,
  RebuildUnderWay,
  rebuild,
  salesByDay,
  salesOfPool,
  verify,
  verifyAvailability,
} from '../../src/projections';
import { HighWaterMark, subscriptionLimits } from '../../src/store';
import { type Ledger, onSale, openBoxOffice, paid, purchaseOf } from '../support/box-office';
import { oneTo } from '../support/event-store';
import { eventually } from '../support/eventually';
import { followed } from '../support/followed';
import { type Follower, startFollower } from './programs';

describe('a projection built anew', () => {
  let boxOffice: Awaited<ReturnType<typeof openBoxOffice>>;
  let ledger: Ledger;
  let mark: HighWaterMark;
  let follower: Follower | undefined;
  beforeEach(async () => {
    boxOffice = await openBoxOffice();
    ledger = boxOffice.another();
    mark = new HighWaterMark(ledger.database, { onCommit: () => () => undefined }, () => undefined);
    mark.start();
  });
  afterEach(async () => {
    await follower?.end('SIGKILL');
    follower = undefined;
    await mark.stop();
    await boxOffice.close();
  });

  const sell = async (pool: string, count: number) =>
    Promise.all(
      oneTo(count).map(async () => {
        const purchase = purchaseOf(pool);
        await ledger.activities.reserve(purchase);
        await paid(ledger, purchase);
        return purchase;
      }),
    );
  const expectVerified = async () => {
    const all = [await verifyAvailability(ledger.database)];
    for (const projection of projections) all.push(await verify(ledger.database, projection));
    expect(all.flatMap(({ shown }) => shown)).toEqual([]);
  };

  it('takes the place of the old one while events go on and others read', async () => {
    follower = await startFollower(boxOffice.url);
    const pool = await onSale(ledger, { capacity: 100_000 });
    await sell(pool, 400);
    let going = true;
    let reads = 0;
    const selling = (async () => {
      while (going) await sell(pool, 5);
    })();
    const [some] = await sell(pool, 1);
    const reading = (async () => {
      while (going) {
        expect(await purchasesById(ledger.database, [some?.purchaseId ?? ''])).toMatchObject([{ status: 'confirmed' }]);
        await salesOfPool(ledger.database, pool);
        reads += 1;
      }
    })();
    await ledger.database.query('UPDATE sales_by_day SET total = 0');
    await ledger.database.query('UPDATE purchases SET status = $1 WHERE id <> $2', ['expired', some?.purchaseId]);
    for (const projection of projections) await rebuild(ledger.database, mark, projection);
    going = false;
    await Promise.all([selling, reading]);
    await followed(ledger.database);
    await expectVerified();
    expect(reads).toBeGreaterThan(0);
  });

  it('tells how it goes on', async () => {
    await sell(await onSale(ledger, { capacity: 10_000 }), 100);
    const told: number[] = [];
    const { position } = await rebuild(ledger.database, mark, purchases, (progress) => told.push(progress.position));
    expect(told.at(-1)).toBe(position);
    expect(told).toHaveLength(Math.ceil(position / subscriptionLimits.window));
  });

  it('is refused while another process builds it', async () => {
    const other = new Client({ connectionString: boxOffice.url });
    await other.connect();
    await other.query("BEGIN; SELECT pg_advisory_xact_lock(842003, hashtext('purchases'))");
    await expect(rebuild(ledger.database, mark, purchases)).rejects.toThrow(RebuildUnderWay);
    await other.end();
    await eventually(() => rebuild(ledger.database, mark, purchases));
  });

  it('leaves all as it was when it is ended in the midst', async () => {
    const pool = await onSale(ledger, { capacity: 10_000 });
    await sell(pool, 50);
    await followed(ledger.database);
    const interrupted = {
      ...salesByDay,
      apply: () => Promise.reject(Object.assign(new Error('ended'), { code: '57P01' })),
    };
    await expect(rebuild(ledger.database, mark, interrupted)).rejects.toThrow();
    const { rows } = await ledger.database.query("SELECT tablename FROM pg_tables WHERE tablename LIKE '%rebuilt%'");
    expect(rows).toEqual([]);
    await expectVerified();
  });

  it('waits for a reader of the old rows, and keeps nobody else waiting for long', async () => {
    const pool = await onSale(ledger, { capacity: 10_000 });
    await sell(pool, 5);
    await followed(ledger.database);
    const reader = new Client({ connectionString: boxOffice.url });
    await reader.connect();
    await reader.query('BEGIN; SELECT count(*) FROM sales_by_day');
    const rebuilding = rebuild(ledger.database, mark, salesByDay);
    await eventually(async () => {
      const { rows } = await ledger.database.query(
        "SELECT 1 FROM pg_locks WHERE locktype = 'relation' AND NOT granted",
      );
      return rows.length > 0;
    });
    expect(Object.keys(await salesOfPool(ledger.database, pool))).toHaveLength(1);
    await reader.query('COMMIT');
    await rebuilding;
    await reader.end();
    await expectVerified();
  });

  it('is never compared without its rows while a rebuild puts it in place', async () => {
    await sell(await onSale(ledger, { capacity: 10_000 }), 5);
    await followed(ledger.database);
    const waiting = (count: number) => async () => {
      const { rows } = await ledger.database.query(
        "SELECT 1 FROM pg_locks WHERE locktype = 'relation' AND NOT granted",
      );
      return rows.length >= count;
    };
    for (const _ of oneTo(3)) {
      const reader = new Client({ connectionString: boxOffice.url });
      await reader.connect();
      await reader.query('BEGIN; SELECT count(*) FROM sales_by_day');
      const rebuilding = rebuild(ledger.database, mark, salesByDay);
      await eventually(waiting(1));
      const verifying = verify(ledger.database, salesByDay);
      await eventually(waiting(2));
      await reader.end();
      await rebuilding;
      expect(await verifying).toMatchObject({ rows: 1, differing: 0 });
    }
  });

  it('is compared row by row, and what differs is shown', async () => {
    const pool = await onSale(ledger, { capacity: 10 });
    await sell(pool, 1);
    await followed(ledger.database);
    await ledger.database.query('UPDATE sales_by_day SET total = total + 1');
    expect(await verify(ledger.database, salesByDay)).toMatchObject({
      rows: 1,
      differing: 2,
      shown: [expect.stringMatching(/^rebuilt .*"total": 5000/), expect.stringMatching(/^live .*"total": 5001/)],
    });
    await ledger.database.query('UPDATE availability SET sold = 0');
    expect(await verifyAvailability(ledger.database)).toMatchObject({ rows: 1, differing: 2 });
  });
});
