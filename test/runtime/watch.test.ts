import type { Client } from '@temporalio/client';
import pino from 'pino';
import { poolStart } from '../../api/start-workflows';
import { standingAudit } from '../../src/audit';
import { poolStream, purchaseStream, workflowTypes } from '../../src/domain';
import { anyFreePort } from '../../src/runtime/ports';
import { lazyClient } from '../../src/runtime/temporal-connection';
import { watchLimits, watchOnce } from '../../src/runtime/watch';
import { takeTurn } from '../../src/runtime/watch/progress';
import { suspectLimits } from '../../src/runtime/watch/suspects';
import { goneLimits } from '../../src/store';
import { type Ledger, onSale, openBoxOffice, purchaseOf } from '../support/box-office';
import { describeWith } from '../support/describe-with';
import { poolSettings } from '../support/domain-events';
import { oneTo } from '../support/event-store';
import { eventually } from '../support/eventually';
import { followed } from '../support/followed';
import { createNamespace, temporalAddress } from '../support/temporal';

const MANY = 100_000;
const logger = pino({ level: 'silent' });

/** Streams and Temporal, and no worker: what is started stays as it was started. */
describeWith('temporal', 'the watch', () => {
  let boxOffice: Awaited<ReturnType<typeof openBoxOffice>>;
  let ledger: Ledger;
  let temporal: Client;
  beforeEach(async () => {
    const [office, namespace] = await Promise.all([openBoxOffice(), createNamespace()]);
    boxOffice = office;
    ledger = boxOffice.another();
    ledger.clock.now = new Date();
    temporal = lazyClient(temporalAddress(), namespace);
  });
  afterEach(async () => {
    await temporal?.connection.close();
    await boxOffice?.close();
  });

  /** One turn, at a time when the one before is over and everything found by then is due. */
  async function turn(client = temporal): Promise<void> {
    const { database } = ledger;
    await database.query(
      `UPDATE watch_progress SET due_at = '-infinity', looked_at = looked_at - 'inTurnAt' - 'overdueAt'`,
    );
    await database.query(`UPDATE gone_workflows SET due_at = '-infinity' WHERE restarted_at IS NULL`);
    await watchOnce({ database, temporal: client, logger });
  }
  async function found(): Promise<{ stream: string; because: string; tries: number; error: string | null }[]> {
    const { rows } = await ledger.database.query(
      'SELECT stream, because, tries, error FROM gone_workflows ORDER BY stream',
    );
    return rows;
  }
  const isRunning = async (stream: string) =>
    (await temporal.workflow.getHandle(stream).describe()).status.name === 'RUNNING';

  it('starts what Temporal has lost: pools in their turn, and purchases that the audit saw open', async () => {
    const pool = await onSale(ledger);
    const purchase = purchaseOf(pool);
    await ledger.activities.reserve(purchase);
    const stream = purchaseStream(purchase.purchaseId);
    await turn();
    expect(await found()).toEqual([
      { stream: poolStream(pool), because: 'its workflow is not there', tries: 0, error: null },
    ]);
    await audited();
    await turn();
    await turn();
    for (const each of [poolStream(pool), stream]) expect(await isRunning(each)).toBe(true);
    expect(await found()).toEqual([
      { stream: poolStream(pool), because: 'its workflow is not there', tries: 1, error: null },
      { stream, because: 'its workflow is not there', tries: 1, error: null },
    ]);
  });

  it('comes round to every pool, a few in a turn', async () => {
    const count = suspectLimits.inTurn * 2 + 1;
    await Promise.all(oneTo(count).map(() => onSale(ledger)));
    for (const expected of [suspectLimits.inTurn, suspectLimits.inTurn * 2, count]) {
      await turn();
      expect(await found()).toHaveLength(expected);
    }
  });

  it('looks beyond their turn at purchases whose hold is over', async () => {
    const pool = await onSale(ledger, { capacity: 1_000 });
    ledger.clock.now = new Date(Date.now() - 3_600_000);
    const late = await Promise.all(
      oneTo(suspectLimits.inTurn + 5).map(async () => {
        const purchase = purchaseOf(pool);
        await ledger.activities.reserve(purchase);
        return purchaseStream(purchase.purchaseId);
      }),
    );
    await audited();
    await turn();
    expect((await found()).map(({ stream }) => stream)).toEqual([poolStream(pool), ...late.sort()]);
  });

  it('does not look through the purchases that have come to their end', async () => {
    const { database } = ledger;
    const purchase = purchaseOf(await onSale(ledger));
    await ledger.activities.reserve(purchase);
    await audited();
    await database.query(
      `INSERT INTO purchases (id, version, position, status, customer_id, details, created_at, updated_at)
       SELECT gen_random_uuid(), 1, 1, 'confirmed', 'alice', '{}', now(), now() FROM generate_series(1, $1)`,
      [MANY],
    );
    await database.query('ANALYZE purchases');
    const reads = async () => {
      const { rows } = await database.query<{ by_index: number; through_all: number }>(
        `SELECT idx_scan::float8 AS by_index, seq_scan::float8 AS through_all FROM pg_stat_user_tables WHERE relname = 'purchases'`,
      );
      return rows[0] ?? { by_index: 0, through_all: 0 };
    };
    const before = await reads();
    await turn();
    // Postgres tells of its reads some seconds later.
    const after = await eventually(async () => {
      const now = await reads();
      return now.by_index > before.by_index && now;
    });
    expect(after.through_all).toBe(before.through_all);
    expect((await found()).map(({ stream }) => stream)).toContain(purchaseStream(purchase.purchaseId));
  });

  it('leaves alone what runs, and what has come to its end', async () => {
    const [running, over] = [poolSettings({ name: 'running' }), poolSettings({ name: 'over' })];
    for (const each of [running, over]) await onSale(ledger, each);
    await ledger.activities.steerPool({
      pool: over.name,
      step: { name: 'cancelSales', input: { reason: 'flood' } },
      stepId: 'cancel',
    });
    await temporal.workflow.start(workflowTypes.pool, poolStart(running));
    await temporal.workflow.start(workflowTypes.pool, poolStart(over));
    await temporal.workflow.getHandle(poolStream(over.name)).terminate();
    await turn();
    expect(await found()).toEqual([]);
  });

  it('is in no hurry with one that is gone again and again', async () => {
    const pool = await onSale(ledger);
    const { waitSeconds, longestWaitSeconds } = goneLimits;
    for (const seconds of [waitSeconds, waitSeconds * 2, waitSeconds * 4]) {
      await turn();
      const { rows } = await ledger.database.query(
        'SELECT extract(epoch FROM due_at - found_at)::float8 AS wait FROM gone_workflows WHERE restarted_at IS NULL',
      );
      expect(rows).toEqual([{ wait: seconds }]);
      await turn();
      await temporal.workflow.getHandle(poolStream(pool)).terminate();
    }
    await ledger.database.query('UPDATE gone_workflows SET tries = 1000');
    await turn();
    const { rows } = await ledger.database.query(
      'SELECT extract(epoch FROM due_at - found_at)::float8 AS wait FROM gone_workflows',
    );
    expect(rows).toEqual([{ wait: longestWaitSeconds }]);
  });

  it('starts the others where one cannot be started, and says why', async () => {
    const pool = await onSale(ledger);
    await ledger.database.query(
      `INSERT INTO availability SELECT 'a-pool-without-a-stream', promoter, status, capacity, claimed, sold, details, position, withheld FROM availability`,
    );
    await turn();
    await turn();
    expect(await isRunning(poolStream(pool))).toBe(true);
    expect(await found()).toMatchObject([
      { stream: poolStream('a-pool-without-a-stream'), tries: 1, error: expect.stringContaining('does not begin') },
      { stream: poolStream(pool), tries: 1, error: null },
    ]);
  });

  it('counts no try while Temporal is away', async () => {
    const pool = await onSale(ledger);
    await turn();
    const away = lazyClient(`127.0.0.1:${await anyFreePort()}`, 'default');
    await expect(turn(away)).rejects.toThrow();
    await away.connection.close();
    expect(await found()).toMatchObject([{ tries: 0, error: null }]);
    await turn();
    expect(await isRunning(poolStream(pool))).toBe(true);
  });

  it('is one process’s at a time, and not for ever that of one which stands still', async () => {
    const { database } = ledger;
    await onSale(ledger);
    expect(await takeTurn(database, 3_600)).toBeDefined();
    expect(await watchOnce({ database, temporal, logger })).toBe(watchLimits.everyMilliseconds);
    expect(await found()).toEqual([]);
    await database.query('UPDATE watch_progress SET due_at = now()');
    await watchOnce({ database, temporal, logger });
    expect(await found()).toHaveLength(1);
  });

  /** The read models are up with the events, and the standing audit has been there. */
  async function audited(): Promise<void> {
    const { database } = ledger;
    await followed(database);
    const connection = await database.connect();
    await connection.query(`UPDATE audit_progress SET due_at = '-infinity'`);
    expect((await standingAudit(connection)).audited).toBeDefined();
    connection.release();
  }
});
