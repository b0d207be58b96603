import {
  bundleWorkflowCode,
  DefaultLogger,
  type ReplayResult,
  Worker,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { workflowBundle } from '../../src/runtime/workflow-code';
import { readHistory, recordedNames, workflowIdIn } from './histories';
import { silenceTemporal } from './silence';

silenceTemporal();

async function replay(workflowBundle: WorkflowBundleOption, name: string): Promise<ReplayResult | undefined> {
  const history = readHistory(name);
  const histories = [{ workflowId: workflowIdIn(history), history }];
  for await (const result of Worker.runReplayHistories({ workflowBundle }, histories)) return result;
  return undefined;
}

describe('the workflows of today', () => {
  it.each(recordedNames())('go on where %s stands', async (name) => {
    const result = await replay({ codePath: await workflowBundle() }, name);
    expect(result).toBeDefined();
    expect(result?.error).toBeUndefined();
  });
});

describe('workflows with a timer before their first step', () => {
  let changed: WorkflowBundleOption;
  beforeAll(async () => {
    const workflowsPath = require.resolve('./fixtures/changed-workflows');
    changed = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  });

  it.each(['purchase-confirmed', 'pool-on-sale'])('are not let near %s', async (name) => {
    const result = await replay(changed, name);
    expect(result?.error).toBeInstanceOf(DeterminismViolationError);
  });
});
