import { Client, Connection } from '@temporalio/client';
import { signalsOfARun } from '../../src/domain';
import { poolIn } from '../support/api-client';
import { eventually } from '../support/eventually';
import { temporalAddress } from '../support/temporal';
import { describeBoxOffice } from './box-office';
import { workOtherwise } from './other-workflows';

const WITHIN_MS = 60_000;

describeBoxOffice(
  'A pool whose run had all its signals before Temporal took so few for one, and has nothing to do',
  (open) => {
    test('is stopped through the API all the same', async () => {
      const { client, stack } = open();
      const connection = await Connection.connect({ address: temporalAddress() });
      const { workflow } = new Client({ connection, namespace: stack.namespace });
      const earlier = () => workOtherwise(stack, 'workflows-of-a-larger-server');
      const making = await earlier();
      const { name } = await client.createPool();
      await making.stop();
      const handle = workflow.getHandle(`pool-${name}`);
      await Promise.all(Array.from({ length: signalsOfARun }, () => handle.signal('hum')));
      const hearing = await earlier();
      await eventually(async () => !(await handle.describe()).raw.pendingWorkflowTask);
      await hearing.stop();

      await stack.startWorker();
      await expect(handle.signal('hum')).rejects.toThrow();
      expect(poolIn(await client.steer(name, 'stop', { reason: 'rain' })).status).toBe('stopped');
      await connection.close();
    });
  },
  { workers: 0, longestOutageMs: WITHIN_MS },
);
