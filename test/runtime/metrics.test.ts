import { Registry } from 'prom-client';
import { commitOptions } from '../../activities';
import { storeMetrics } from '../../src/runtime/metrics';
import { type Command, GroupCommit, groupCommitLimits } from '../../src/store';
import { type OpenStore, oneTo, openStore } from '../support/event-store';

const command: Command<void> = {
  id: 'look',
  metadata: { correlation: 'a-test', causation: 'a-step', workflow: 'a-workflow' },
  streams: [],
  decide: () => undefined,
};

describe('the metrics of a committer', () => {
  let store: OpenStore;
  beforeAll(async () => {
    store = await openStore();
  });
  afterAll(() => store.close());

  it('tell of its batches, of who waits and of who was refused', async () => {
    const registry = new Registry();
    const metrics = storeMetrics(registry);
    const committer = new GroupCommit(store.database, { ...commitOptions, ...metrics });
    metrics.watch(committer);
    const value = async (name: string) =>
      Number(new RegExp(`^${name} (.*)$`, 'm').exec(await registry.metrics())?.[1] ?? Number.NaN);
    const all = oneTo(groupCommitLimits.queue).map(() => committer.submit(command));
    await expect(committer.submit(command)).rejects.toThrow();
    expect(await value('boxoffice_commit_waiting_commands')).toBeGreaterThan(0);
    await Promise.all(all);
    expect(await value('boxoffice_commit_waiting_commands')).toBe(0);
    expect(await value('boxoffice_commit_refused_total')).toBe(1);
    expect(await value('boxoffice_commit_batch_commands_sum')).toBe(groupCommitLimits.queue);
    const batches = await value('boxoffice_commit_batch_commands_count');
    expect(batches).toBeGreaterThanOrEqual(groupCommitLimits.queue / groupCommitLimits.batch);
    for (const name of ['boxoffice_commit_seconds_count', 'boxoffice_commit_queue_seconds_count']) {
      expect(await value(name)).toBe(batches);
    }
    for (const name of ['boxoffice_commit_conflicts_total', 'boxoffice_commit_locked_total']) {
      expect(await value(name)).toBe(0);
    }
  });
});
