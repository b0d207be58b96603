import { pools } from '../../activities';
import { type Command, groupCommitLimits, readStream } from '../../src/store';
import { createLedger, type Ledger, onSale, purchaseOf, steerAtOnce, stepOf } from '../support/box-office';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { oneTo } from '../support/event-store';

const metadata = { correlation: 'a-test', causation: 'a-step', workflow: 'a-workflow' };
const idle: Command<void> = { id: 'idle', metadata, streams: [], decide: () => undefined };

describe('the group commit', () => {
  let testDatabase: TestDatabase;
  let ledger: Ledger;
  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    ledger = createLedger(testDatabase.url);
  });
  afterAll(async () => {
    await ledger.close();
    await testDatabase.drop();
  });

  const typesOf = async (stream: string) => (await readStream(ledger.database, stream)).map(({ type }) => type);
  const claimsOf = async (pool: string) =>
    (await typesOf(`pool-${pool}`)).filter((type) => type === 'TicketClaimed').length;

  it('decides what arrives together in its order, each on what the ones before it left', async () => {
    const pool = await onSale(ledger, { capacity: 3 });
    const outcomes = await Promise.all(oneTo(5).map(() => ledger.activities.reserve(purchaseOf(pool))));
    expect(outcomes.map(({ reserved }) => reserved)).toEqual([true, true, true, false, false]);
    expect(outcomes[3]).toEqual({
      reserved: false,
      refusal: { slug: 'insufficient-inventory', pool, requested: 1, available: 0 },
    });
    expect(await claimsOf(pool)).toBe(3);
  });

  it('keeps a command that throws away from its neighbours, whatever it had begun', async () => {
    const pool = await onSale(ledger);
    const { activities, committer } = ledger;
    const ref = { aggregate: { category: 'pool' }, stream: `pool-${pool}` };
    const thrower: Command<void> = {
      id: `${pool}/thrower`,
      metadata,
      streams: [ref],
      decide: (session) => {
        session.append({ aggregate: pools, stream: ref.stream }, [{ type: 'SalesClosed', data: {} }]);
        throw new Error('a bug');
      },
    };
    const unnamed: Command<void> = {
      ...thrower,
      id: `${pool}/unnamed`,
      decide: (session) => {
        session.state({ aggregate: pools, stream: 'pool-of-somebody-else' });
      },
    };
    const unknown: Command<void> = { ...idle, streams: [{ aggregate: { category: 'castle' }, stream: 'castle-1' }] };
    const [before, broken, lost, foreign, after] = await Promise.allSettled([
      activities.reserve(purchaseOf(pool)),
      committer.submit(thrower),
      committer.submit(unnamed),
      committer.submit(unknown),
      activities.reserve(purchaseOf(pool)),
    ]);
    expect([before, after]).toMatchObject([{ value: { reserved: true } }, { value: { reserved: true } }]);
    expect(broken).toMatchObject({ reason: { message: 'a bug' } });
    expect(lost).toMatchObject({ reason: { message: expect.stringContaining('did not name stream') } });
    expect(foreign).toMatchObject({ reason: { message: expect.stringContaining('castle') } });
    expect(await typesOf(`pool-${pool}`)).toEqual(['PoolCreated', 'TicketClaimed', 'TicketClaimed']);
  });

  it('refuses to write an event that its schema could not read back', async () => {
    const pool = await onSale(ledger);
    const stream = `pool-${pool}`;
    const broken: Command<void> = {
      id: `${pool}/broken`,
      metadata,
      streams: [{ aggregate: { category: 'pool' }, stream }],
      decide: (session) => {
        session.append({ aggregate: pools, stream }, [
          { type: 'SalesStopped', data: { reason: '', holds: 'never' as 'release' } },
        ]);
      },
    };
    await expect(ledger.committer.submit(broken)).rejects.toMatchObject({ name: 'ZodError' });
    expect(await typesOf(stream)).toEqual(['PoolCreated']);
  });

  it('keeps events that Postgres cannot store away from their neighbours', async () => {
    const pool = await onSale(ledger);
    const [before, broken, after] = await Promise.allSettled([
      ledger.activities.reserve(purchaseOf(pool)),
      ledger.activities.reserve(purchaseOf(pool, 'nobody\u0000')),
      ledger.activities.reserve(purchaseOf(pool)),
    ]);
    expect([before, after]).toMatchObject([{ value: { reserved: true } }, { value: { reserved: true } }]);
    expect(broken.status).toBe('rejected');
    expect(await claimsOf(pool)).toBe(2);
  });

  it('gives a repeated command its first result, also while the first is being committed', async () => {
    const pool = await onSale(ledger, { capacity: 1 });
    const { activities, clock } = ledger;
    const winner = purchaseOf(pool);
    const loser = purchaseOf(pool);
    const all = [winner, loser, winner, loser].map((request) => activities.reserve(request));
    const [won, lost, wonAgain, lostAgain] = await Promise.all(all);
    expect(won).toMatchObject({ reserved: true });
    expect(lost).toMatchObject({ reserved: false, refusal: { slug: 'insufficient-inventory' } });
    const resumed = { status: 'reserved', attemptsLeft: 3, unsettled: [] };
    expect([wonAgain, lostAgain]).toEqual([{ ...won, resumed }, lost]);
    clock.now = new Date(clock.now.getTime() + 1_000);
    await activities.release({ ...stepOf(winner), ending: { kind: 'expired' } });
    expect(await activities.reserve(loser)).toEqual(lost);
    expect(await activities.reserve(winner)).toEqual({
      ...won,
      holdMilliseconds: 299_000,
      resumed: { ...resumed, status: 'expired', reason: 'the hold ended before it was paid' },
    });
    expect(await claimsOf(pool)).toBe(1);
  });

  it('never writes the events of one command twice, even where deciding again would', async () => {
    const pool = await onSale(ledger);
    const { activities, committer } = ledger;
    const stop = () =>
      steerAtOnce(committer, pool, 'signal-1', { kind: 'stopSales', reason: 'rain', holds: 'release' });
    await stop();
    await steerAtOnce(committer, pool, 'signal-2', { kind: 'resumeSales' });
    await expect(stop()).rejects.toMatchObject({ name: 'DuplicateEventId' });
    expect(await typesOf(`pool-${pool}`)).toEqual(['PoolCreated', 'SalesStopped', 'SalesResumed']);
    expect(await activities.reserve(purchaseOf(pool))).toMatchObject({ reserved: true });
  });

  it('sells several pools all or none, in one batch with others', async () => {
    const front = await onSale(ledger, { capacity: 2 });
    const back = await onSale(ledger, { capacity: 1 });
    const both = () => ledger.activities.reserve(purchaseOf({ [front]: 1, [back]: 1 }));
    const outcomes = await Promise.all([both(), both(), ledger.activities.reserve(purchaseOf(front))]);
    expect(outcomes.map(({ reserved }) => reserved)).toEqual([true, false, true]);
    expect(await Promise.all([claimsOf(front), claimsOf(back)])).toEqual([2, 1]);
  });

  it('refuses commands beyond its queue at once, and answers all the others', async () => {
    const { committer } = ledger;
    let decided = 0;
    const command: Command<number> = { ...idle, decide: () => decided++ };
    const accepted = oneTo(groupCommitLimits.queue).map(() => committer.submit(command));
    await expect(committer.submit(command)).rejects.toMatchObject({ name: 'QueueFull' });
    await Promise.all(accepted);
    expect(decided).toBe(groupCommitLimits.queue);
    await committer.submit(command);
  });
});
