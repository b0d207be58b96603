import { Client } from 'pg';
import { commitOptions, createActivities, noPoolWorkflows } from '../../activities';
import { PaymentSimulator } from '../../src/payments';
import { inlineProjections } from '../../src/projections';
import { type BatchReport, connect, GroupCommit, readStream, StepOutcomes } from '../../src/store';
import { turnLimits } from '../../src/store/turns';
import { type Ledger, onSale, openBoxOffice, purchaseOf } from '../support/box-office';
import { oneTo } from '../support/event-store';
import { eventually } from '../support/eventually';

const BUYERS = 30;
const EACH = 40;
const ROUNDS = 8;

describe('processes that sell the same pool', () => {
  let boxOffice: Awaited<ReturnType<typeof openBoxOffice>>;
  let first: Ledger;
  beforeAll(async () => {
    boxOffice = await openBoxOffice();
    first = boxOffice.another();
  });
  afterAll(() => boxOffice.close());

  /** A process of its own, whose batches are reported. */
  function reporting() {
    const database = connect(boxOffice.url, () => undefined);
    const reports: BatchReport[] = [];
    const report = (each: BatchReport) => void reports.push(each);
    const committer = new GroupCommit(database, { ...commitOptions, inline: inlineProjections, report });
    const { reserve } = createActivities({
      committer,
      outcomes: new StepOutcomes(database),
      provider: new PaymentSimulator(database),
      tellSaleStopped: async () => undefined,
      poolWorkflows: noPoolWorkflows,
      progress: () => undefined,
      isRetry: () => false,
      now: () => new Date('2026-03-01T12:00:00Z'),
    });
    const close = () => committer.idle().then(() => database.end());
    return { reserve, reports, close };
  }

  const claimed = async (pool: string) => {
    const events = await readStream(first.database, `pool-${pool}`);
    expect(events.map(({ version }) => version)).toEqual(oneTo(events.length));
    return events.filter(({ type }) => type === 'TicketClaimed').length;
  };

  it('take turns on it instead of running into one another', async () => {
    const processes = oneTo(3).map(reporting);
    const pool = await onSale(first, { capacity: 100_000 });
    await Promise.all(
      processes.flatMap(({ reserve }) =>
        oneTo(BUYERS).map(async () => {
          for (const _ of oneTo(EACH)) expect(await reserve(purchaseOf(pool))).toMatchObject({ reserved: true });
        }),
      ),
    );
    await Promise.all(processes.map(({ close }) => close()));
    expect(await claimed(pool)).toBe(processes.length * BUYERS * EACH);
    const reports = processes.flatMap(({ reports }) => reports);
    const conflicts = reports.filter(({ conflict }) => conflict).length;
    expect(conflicts).toBeLessThan(reports.length / 4);
  });

  it('go on without one that does not give its turn back', async () => {
    const pool = await onSale(first, { capacity: 100_000 });
    const frozen = new Client({ connectionString: boxOffice.url });
    await frozen.connect();
    await frozen.query('SELECT pg_advisory_lock(842002, hashtext($1))', [`pool-${pool}`]);
    const others = oneTo(2).map(reporting);
    const reservedBy = async ({ reserve }: (typeof others)[number]) => {
      const began = performance.now();
      await reserve(purchaseOf(pool));
      return performance.now() - began;
    };
    const waits: number[] = [];
    await eventually(async () => {
      waits.push(...(await Promise.all(others.map(reservedBy))));
      return waits.some((wait) => wait >= turnLimits.patienceMilliseconds);
    });
    for (const _ of oneTo(20)) waits.push(...(await Promise.all(others.map(reservedBy))));
    expect(await claimed(pool)).toBe(waits.length);
    await Promise.all([...others.map(({ close }) => close()), frozen.end()]);
  });

  it('serve who waits for a turn that purchases of other lanes would never let go of', async () => {
    const [own, shared] = [await onSale(first, { capacity: 100_000 }), await onSale(first, { capacity: 100_000 })];
    const [one, other] = [reporting(), reporting()];
    let over = false;
    const served: number[] = [];
    const again = async (reserve: () => Promise<unknown>) => {
      const buyer = served.push(0) - 1;
      for (; !over; served[buyer] = (served[buyer] ?? 0) + 1) await reserve();
    };
    const buying = [
      ...oneTo(2 * BUYERS).map(() => again(() => one.reserve(purchaseOf({ [own]: 1, [shared]: 1 })))),
      ...oneTo(3).map(() => again(() => one.reserve(purchaseOf(shared)))),
      ...oneTo(10).map(() => again(() => other.reserve(purchaseOf(shared)))),
    ];
    // Round after round everybody is served, not only those whose lanes keep the pool under way.
    for (let round = 1; round <= ROUNDS; round += 1) {
      const before = [...served];
      const all = () => served.every((count, buyer) => count > (before[buyer] ?? 0) + 2);
      await eventually(all).catch((error: unknown) => {
        over = true;
        throw error;
      });
    }
    over = true;
    await Promise.all(buying);
    await Promise.all([one, other].map(({ close }) => close()));
  });

  it('have the turn of one that died at once', async () => {
    const pool = await onSale(first, { capacity: 100_000 });
    const others = oneTo(2).map(reporting);
    const held = async () => {
      const { rows } = await first.database.query<{ pid: number }>(
        `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 842002 AND granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      return rows.map(({ pid }) => pid);
    };
    let over = false;
    const buying = Promise.all(
      others.map(async ({ reserve }) => {
        let reserved = 0;
        while (!over) {
          const outcomes = await Promise.allSettled(oneTo(BUYERS).map(() => reserve(purchaseOf(pool))));
          reserved += outcomes.filter(({ status }) => status === 'fulfilled').length;
        }
        return reserved;
      }),
    );
    let ended = 0;
    await eventually(async () => {
      for (const pid of await held()) {
        await first.database.query('SELECT pg_terminate_backend($1)', [pid]);
        ended += 1;
      }
      return ended >= 5;
    });
    over = true;
    const reserved = (await buying).reduce((sum, each) => sum + each, 0);
    expect(await claimed(pool)).toBe(reserved);
    await Promise.all(others.map(({ close }) => close()));
  });
});
