import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { workerLimits } from '../../src/runtime/worker';
import { createBareActivities } from './activities';

/** A worker of its own process, with the limits of boxoffice's; its driver is the process that forked it. */
async function main(address: string): Promise<void> {
  const logger = new DefaultLogger('WARN');
  Runtime.install({ logger, shutdownSignals: [] });
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue: 'bare',
    workflowBundle: await bundleWorkflowCode({ workflowsPath: require.resolve('./workflow'), logger }),
    activities: createBareActivities((message) => process.send?.(message)),
    maxConcurrentWorkflowTaskExecutions: workerLimits.workflowTasks,
    maxConcurrentLocalActivityExecutions: workerLimits.localActivities,
    maxConcurrentActivityTaskExecutions: workerLimits.activities,
    maxCachedWorkflows: workerLimits.cachedWorkflows,
  });
  process.once('SIGTERM', () => worker.shutdown());
  process.once('disconnect', () => worker.shutdown());
  const running = worker.run();
  process.send?.({ step: 'ready' });
  await running;
  await connection.close();
}

main(process.argv[2] ?? '').then(
  () => process.exit(0),
  () => process.exit(1),
);
