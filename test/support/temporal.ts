import { randomUUID } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { searchAttributes } from '../../src/domain';
import { prepareTemporal } from '../../src/runtime/prepare-temporal';
import { eventually } from './eventually';
import { available } from './surroundings';

/** The front end of the Temporal dev server that all suites share, `host:port`. */
export const temporalAddress = (): string => available('temporal').address;

/** A fresh namespace on the shared Temporal dev server, with the search attributes, ready to start workflows in. */
export async function createNamespace(): Promise<string> {
  const namespace = `test-${randomUUID()}`;
  await eventually(() => prepareTemporal(temporalAddress(), namespace));
  const connection = await Connection.connect({ address: temporalAddress() });
  try {
    await eventually(() => searchByAttributes(connection, namespace));
  } finally {
    await connection.close();
  }
  return namespace;
}

/** Fails until the server's caches have learnt the namespace and its attributes. */
async function searchByAttributes(connection: Connection, namespace: string): Promise<void> {
  const query = Object.values(searchAttributes)
    .map((name) => `${name} = 'any'`)
    .join(' OR ');
  await connection.workflowService.countWorkflowExecutions({ namespace, query });
}
