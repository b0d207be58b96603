import { Client, Connection } from '@temporalio/client';
import { taskQueue } from '../../src/domain';
import { workOtherwise } from '../api/other-workflows';
import { createTestDatabase } from '../support/database';
import { createNamespace, temporalAddress } from '../support/temporal';
import { silenceTemporal } from './silence';

silenceTemporal();

/** More than the five seconds after which the SDK would have Node interrupt it. */
const slowMilliseconds = 5_500;

test('workflow code is not cut off, however slow the machine is', async () => {
  const [{ url: databaseUrl, drop }, namespace] = await Promise.all([createTestDatabase(), createNamespace()]);
  const worker = await workOtherwise({ databaseUrl, namespace }, 'slow-workflows');
  const connection = await Connection.connect({ address: temporalAddress() });
  const { workflow } = new Client({ connection, namespace });
  const options = { taskQueue, workflowId: 'slow', args: [slowMilliseconds], workflowTaskTimeout: '30s' } as const;
  const handle = await workflow.start('slow', options);
  expect(await handle.result()).toBe('done');
  const { events } = await handle.fetchHistory();
  expect(events?.filter(({ workflowTaskFailedEventAttributes: failed }) => failed)).toEqual([]);
  await worker.stop();
  await connection.close();
  await drop();
});
