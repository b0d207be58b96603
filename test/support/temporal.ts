import { randomUUID } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import { SEARCH_ATTRIBUTES } from '../../src/runtime/temporal-server';
import { eventually } from './eventually';
import { available } from './surroundings';

const { INDEXED_VALUE_TYPE_KEYWORD, INDEXED_VALUE_TYPE_KEYWORD_LIST } = temporal.api.enums.v1.IndexedValueType;
const indexedTypes = { Keyword: INDEXED_VALUE_TYPE_KEYWORD, KeywordList: INDEXED_VALUE_TYPE_KEYWORD_LIST };

const RETENTION = '1 day';
const USABLE_WITHIN_MS = 20_000;

/** The front end of the Temporal dev server that all suites share, `host:port`. */
export const temporalAddress = (): string => available('temporal').address;

/** A fresh namespace on the shared Temporal dev server, with the search attributes, ready to start workflows in. */
export async function createNamespace(): Promise<string> {
  const namespace = `test-${randomUUID()}`;
  const connection = await Connection.connect({ address: temporalAddress() });
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs(RETENTION),
    });
    await eventually(() => registerSearchAttributes(connection, namespace), { within: USABLE_WITHIN_MS });
    await eventually(() => searchByAttributes(connection, namespace), { within: USABLE_WITHIN_MS });
    return namespace;
  } finally {
    await connection.close();
  }
}

export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const types = Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => [name, indexedTypes[type]] as const);
  const searchAttributes = Object.fromEntries(types);
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
}

/** Fails until the server's caches have learnt the namespace and its attributes. */
async function searchByAttributes(connection: Connection, namespace: string): Promise<void> {
  const query = Object.keys(SEARCH_ATTRIBUTES)
    .map((name) => `${name} = 'any'`)
    .join(' OR ');
  await connection.workflowService.countWorkflowExecutions({ namespace, query });
}
