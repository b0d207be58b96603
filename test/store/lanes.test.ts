import { commitOptions } from '../../activities';
import { type Command, connect, GroupCommit, groupCommitLimits, QueueFull } from '../../src/store';
import { type OpenStore, oneTo, openStore } from '../support/event-store';

const metadata = { correlation: 'a-test', causation: 'a-step', workflow: 'a-workflow' };

/** A command for a pool that looks, and appends nothing. */
const looksAt = (pool: string): Command<void> => ({
  id: `pool-${pool}/look`,
  metadata,
  streams: [{ aggregate: { category: 'pool' }, stream: `pool-${pool}` }],
  decide: () => undefined,
});

describe('the lanes of a committer', () => {
  let store: OpenStore;
  let committer: GroupCommit;
  let batches: number;
  let refused: number;
  beforeAll(async () => {
    store = await openStore();
  });
  beforeEach(() => {
    batches = 0;
    refused = 0;
    const count = { report: () => void batches++, refused: () => void refused++ };
    committer = new GroupCommit(store.database, { ...commitOptions, ...count });
  });
  afterAll(() => store.close());

  it('take turns: a command for another pool is committed within two batches, however many wait for a hot one', async () => {
    const hot = oneTo(groupCommitLimits.queue).map(() => committer.submit(looksAt('hot')));
    for (const pool of ['cool', 'cold']) {
      const before = batches;
      await committer.submit(looksAt(pool));
      expect(batches - before).toBeLessThanOrEqual(2);
      expect(committer.waiting).toBeGreaterThan(groupCommitLimits.batch);
    }
    await Promise.all(hot);
  });

  it('are full one by one: who is refused for one pool leaves the way to the others open', async () => {
    const hot = oneTo(groupCommitLimits.queue).map(() => committer.submit(looksAt('hot')));
    await expect(committer.submit(looksAt('hot'))).rejects.toBeInstanceOf(QueueFull);
    await committer.submit(looksAt('cool'));
    expect(refused).toBe(1);
    await Promise.all(hot);
    await committer.submit(looksAt('hot'));
  });

  it('have a limit together as well', async () => {
    const pools = groupCommitLimits.allQueues / groupCommitLimits.queue;
    const all = oneTo(pools).flatMap((nth) =>
      oneTo(groupCommitLimits.queue).map(() => committer.submit(looksAt(`pool-${nth}`))),
    );
    expect(committer.waiting).toBe(groupCommitLimits.allQueues);
    await expect(committer.submit(looksAt('one-more'))).rejects.toBeInstanceOf(QueueFull);
    await Promise.all(all);
    expect(committer.waiting).toBe(0);
  });

  it('keep the order of arrival among all commands that fit one batch, whatever lane they wait in', async () => {
    const order: number[] = [];
    const commands = oneTo(groupCommitLimits.batch).map((nth): Command<void> => {
      return { ...looksAt(`pool-${nth % 7}`), decide: () => void order.push(nth) };
    });
    await Promise.all(commands.map((command) => committer.submit(command)));
    expect(order).toEqual(oneTo(groupCommitLimits.batch));
  });

  it('are all answered when the store is away', async () => {
    const away = connect('postgres://nobody@postgres.invalid/none', () => undefined);
    const lost = new GroupCommit(away, commitOptions);
    const answers = await Promise.allSettled(oneTo(300).map((nth) => lost.submit(looksAt(`pool-${nth % 3}`))));
    expect(answers.every(({ status }) => status === 'rejected')).toBe(true);
    expect(lost.waiting).toBe(0);
    await away.end();
  });
});
