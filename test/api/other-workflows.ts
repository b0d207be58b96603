import { createRequire } from 'node:module';
import { bundleWorkflowCode, DefaultLogger, NativeConnection } from '@temporalio/worker';
import { createLogger } from '../../src/runtime/log';
import { createWorker, wireActivities } from '../../src/runtime/worker';
import type { BoxOfficeStack } from '../support/box-office-stack';
import { temporalAddress } from '../support/temporal';

/** Has a worker whose workflows are those of a file in test/workflows/fixtures, until it is stopped. */
export async function workOtherwise(
  stack: Pick<BoxOfficeStack, 'databaseUrl' | 'namespace'>,
  fixture: string,
): Promise<{ stop(): Promise<void> }> {
  const settings = {
    databaseUrl: stack.databaseUrl,
    temporalAddress: temporalAddress(),
    temporalNamespace: stack.namespace,
  };
  const workflowsPath = createRequire(__filename).resolve(`../workflows/fixtures/${fixture}`);
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  const wired = wireActivities(settings, createLogger('fatal', 'test'));
  const connection = await NativeConnection.connect({ address: temporalAddress() });
  const worker = await createWorker(settings, wired.activities, connection, { workflowBundle });
  const running = worker.run();
  return {
    async stop() {
      worker.shutdown();
      await running;
      await wired.close();
      await connection.close();
    },
  };
}
