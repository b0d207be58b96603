import { randomUUID } from 'node:crypto';
import { pools, purchases } from '../../activities';
import { poolRef } from '../../activities/streams';
import { writeLongPool } from '../../bench/store/long-pool';
import type { Pool, PoolEvent } from '../../src/domain';
import { type GroupCommitOptions, readVersions, type SnapshotLimits, type SnapshotReport } from '../../src/store';
import { writeSnapshot } from '../../src/store/snapshots';
import { createLedger, type Ledger, onSale, openBoxOffice, purchaseOf } from '../support/box-office';
import { oneTo } from '../support/event-store';
import { eventually } from '../support/eventually';

const format = pools.snapshot ?? fail('pools have snapshots');
const never = Number.POSITIVE_INFINITY;

function fail(message: string): never {
  throw new Error(message);
}

describe('snapshots of pools', () => {
  let boxOffice: Awaited<ReturnType<typeof openBoxOffice>>;
  beforeAll(async () => {
    boxOffice = await openBoxOffice();
  });
  afterAll(() => boxOffice.close());

  /** A process that counts the events that it folds, and notes the snapshots that it takes. */
  function newProcess(limits: Partial<SnapshotLimits> = {}, when: Partial<typeof format> = {}) {
    const counted = { folded: 0 };
    const reports: SnapshotReport[] = [];
    const counting = {
      ...pools,
      evolve(state: Pool | undefined, event: PoolEvent): Pool {
        counted.folded += 1;
        return pools.evolve(state, event);
      },
      snapshot: { ...format, ...when },
    };
    const changes: Partial<GroupCommitOptions> = {
      aggregates: [counting, purchases],
      snapshots: { limits, report: (report) => reports.push(report) },
    };
    return { ...boxOffice.another(changes), counted, reports };
  }
  const onlyReading = () => newProcess({}, { every: never, atRest: never });

  const reserve = (ledger: Ledger, pool: string, count = 1) =>
    Promise.all(
      oneTo(count).map(async () =>
        expect(await ledger.activities.reserve(purchaseOf(pool))).toMatchObject({ reserved: true }),
      ),
    );
  const versionOf = async ({ database }: Ledger, pool: string) =>
    (await readVersions(database, [`pool-${pool}`])).get(`pool-${pool}`);
  const stored = async ({ database }: Ledger, pool: string) => {
    const { rows } = await database.query<{ version: number; reducer: number; state: string }>(
      'SELECT version::integer, reducer, state FROM snapshots WHERE stream = $1',
      [`pool-${pool}`],
    );
    return rows[0];
  };
  const metadata = { correlation: 'a-test', causation: 'a-step', workflow: 'a-workflow' };
  const stateOf = async ({ committer }: Ledger, pool: string) => {
    const ref = poolRef(pool);
    const state = await committer.submit({
      id: randomUUID(),
      metadata,
      streams: [ref],
      decide: (session) => session.state(ref) ?? fail(`no pool ${pool}`),
    });
    return { ...state, claims: new Map(state.claims) };
  };
  /** A pool of which a snapshot was taken at its present version. */
  const rested = async (sold: number) => {
    const seller = newProcess({ quietMilliseconds: 0, restFactor: 0 }, { every: never, atRest: 1 });
    const pool = await onSale(seller, { capacity: 1_000_000 });
    await reserve(seller, pool, sold);
    await eventually(async () => (await stored(seller, pool))?.version === 1 + sold);
    return { seller, pool };
  };

  it('let a new process decide on a pool with 200,000 events after reading a few hundred', async () => {
    const pool = `long-${randomUUID()}`;
    const seller = newProcess();
    await writeLongPool(seller.database, { pool, events: 200_000, liveClaims: 5_000 });
    await reserve(seller, pool);
    await eventually(() => seller.reports.length > 0);
    expect(seller.reports).toMatchObject([{ stream: `pool-${pool}`, version: 200_001 }]);
    expect(seller.counted.folded).toBeGreaterThan(200_000);

    const later = newProcess();
    await reserve(later, pool);
    expect(later.counted.folded).toBeLessThanOrEqual(format.every + 1);
    expect(await stateOf(later, pool)).toEqual(await stateOf(seller, pool));
  });

  it('are taken of a pool that keeps selling, and of one at rest once more', async () => {
    const seller = newProcess({ restFactor: 0, quietMilliseconds: 300 }, { every: 20, atRest: 5 });
    const pool = await onSale(seller, { capacity: 1_000 });
    await reserve(seller, pool, 30);
    await eventually(async () => ((await stored(seller, pool))?.version ?? 0) >= 20);
    await reserve(seller, pool, 7);
    await eventually(async () => (await stored(seller, pool))?.version === 38);
  });

  it('take no more than their share of the time', async () => {
    const restFactor = 5;
    const seller = newProcess({ restFactor }, { every: 1, atRest: 1 });
    const pool = await onSale(seller, { capacity: 100_000 });
    const ended: { at: number; took: number }[] = [];
    while (ended.length < 6) {
      await reserve(seller, pool);
      for (const report of seller.reports.splice(0)) {
        if ('error' in report) throw report.error;
        ended.push({ at: performance.now(), took: report.milliseconds });
      }
    }
    // Each is noticed a little after it has ended.
    const [first, last] = [ended[0], ended.at(-1)];
    const taken = ended.slice(0, -1).reduce((sum, { took }) => sum + took, 0);
    expect((last?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(taken * restFactor * 0.5);
  });

  it.each([
    ['of another reducer', 'reducer = reducer + 1'],
    ['that is ahead of its stream', 'version = version + 1000'],
    ['that ends with another event than its stream', 'event_id = gen_random_uuid()'],
    ['that cannot be read', "reducer = reducer, state = 'x'"],
  ])('are ignored, and soon replaced, where there is one %s', async (_, spoilt) => {
    const { seller, pool } = await rested(10);
    // Whoever believed it would refuse to sell.
    const soldOut = `state = replace(state, '"capacity":1000000', '"capacity":10')`;
    const changes = spoilt.includes('state =') ? spoilt : `${spoilt}, ${soldOut}`;
    await seller.database.query(`UPDATE snapshots SET ${changes} WHERE stream = $1`, [`pool-${pool}`]);
    const later = newProcess({ restFactor: 0, quietMilliseconds: 0 }, { atRest: 1 });
    await reserve(later, pool);
    expect(later.counted.folded).toBe(12);
    await eventually(async () => {
      const { version, reducer, state } = (await stored(later, pool)) ?? fail('no snapshot');
      return version === 12 && reducer === format.reducer && format.read(state).claimed === 11;
    });
    const unreadable = later.reports.filter((report) => 'error' in report);
    expect(unreadable).toHaveLength(spoilt.includes('state =') ? 1 : 0);
  });

  it('never take the place of a newer one, nor stand for events that were not committed', async () => {
    const { seller, pool } = await rested(10);
    const [stream, reducer] = [`pool-${pool}`, format.reducer];
    await writeSnapshot(seller.database, { stream, version: 5, reducer, state: 'older' });
    await writeSnapshot(seller.database, { stream, version: 12, reducer, state: 'from the future' });
    await writeSnapshot(seller.database, { stream: 'pool-none', version: 1, reducer, state: 'of nothing' });
    expect(await stored(seller, pool)).toMatchObject({ version: 11 });
    expect(await stored(seller, 'none')).toBeUndefined();
    const later = onlyReading();
    await reserve(later, pool);
    expect(later.counted.folded).toBe(1);
  });

  it('disturb nobody where they cannot be kept', async () => {
    const elsewhere = await openBoxOffice();
    try {
      const reports: SnapshotReport[] = [];
      const seller = elsewhere.another({
        aggregates: [{ ...pools, snapshot: { ...format, every: 1, atRest: 1 } }, purchases],
        snapshots: { limits: { restFactor: 0 }, report: (report) => reports.push(report) },
      });
      await seller.database.query('CREATE TRIGGER no_room BEFORE INSERT ON snapshots EXECUTE FUNCTION refuse_change()');
      const pool = await onSale(seller);
      await reserve(seller, pool, 3);
      await eventually(() => reports.length > 0);
      await reserve(seller, pool, 3);
      expect(reports[0]).toMatchObject({ stream: `pool-${pool}`, error: { code: 'BX003' } });
      expect(await versionOf(seller, pool)).toBe(7);
    } finally {
      await elsewhere.close();
    }
  });

  it('are not begun any more once the process lets go of the database', async () => {
    const reports: SnapshotReport[] = [];
    const seller = createLedger(boxOffice.url, {
      aggregates: [{ ...pools, snapshot: { ...format, every: 1, atRest: 1 } }, purchases],
      snapshots: { limits: { restFactor: 0 }, report: (report) => reports.push(report) },
    });
    const pool = await onSale(seller, { capacity: 1_000 });
    for (const _ of oneTo(20)) await reserve(seller, pool);
    await seller.close();
    await reserve(boxOffice.another(), pool);
    expect(reports.filter((report) => 'error' in report)).toEqual([]);
  });

  it('are not kept where they are too large', async () => {
    const seller = newProcess({ restFactor: 0, characters: 500 }, { every: 1, atRest: 1 });
    const pool = await onSale(seller, { capacity: 100 });
    await reserve(seller, pool, 50);
    await eventually(() => seller.reports.some((report) => 'error' in report));
    expect((await stored(seller, pool))?.version ?? 0).toBeLessThan(51);
  });
});
