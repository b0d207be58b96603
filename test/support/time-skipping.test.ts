import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { describeWith } from './describe-with';
import { startTimeSkipping } from './time-skipping';

const HOUR_MS = 60 * 60 * 1000;

describeWith('timeSkipping', 'the time-skipping server', () => {
  let env: TestWorkflowEnvironment;
  beforeAll(async () => {
    env = await startTimeSkipping();
  });
  afterAll(() => env.teardown());

  it('starts at the real time and passes an hour at once', async () => {
    const before = await env.currentTimeMs();
    expect(Math.abs(before - Date.now())).toBeLessThan(HOUR_MS / 60);
    const started = performance.now();
    await env.sleep(HOUR_MS);
    expect((await env.currentTimeMs()) - before).toBeGreaterThanOrEqual(HOUR_MS);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
