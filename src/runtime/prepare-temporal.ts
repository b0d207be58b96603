import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import { searchAttributes } from '../domain';
import type { Config } from './config';
import { runEntry } from './until-stopped';

const { IndexedValueType } = temporal.api.enums.v1;
const alreadyExists = 6;
const searchableAttempts = 60;
const searchablePauseMilliseconds = 500;
/** How long the history of a purchase can be looked at after it ended. */
const retention = '30 days';

const kinds = {
  [searchAttributes.pool]: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
  [searchAttributes.status]: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  [searchAttributes.customer]: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  [searchAttributes.show]: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
};

function isAlreadyThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === alreadyExists;
}

/** The server's caches learn a new attribute some time after it was registered; until then its use is refused. */
async function untilSearchable(connection: Connection, namespace: string): Promise<void> {
  const query = Object.keys(kinds)
    .map((name) => `${name} = 'any'`)
    .join(' OR ');
  for (let attempt = 1; ; attempt += 1) {
    try {
      await connection.workflowService.countWorkflowExecutions({ namespace, query });
      return;
    } catch (error) {
      if (attempt === searchableAttempts) throw error;
      await delay(searchablePauseMilliseconds);
    }
  }
}

/** Registers the namespace and the search attributes, where they are not there yet. */
export async function prepareTemporal(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    await connection.workflowService
      .registerNamespace({
        namespace,
        workflowExecutionRetentionPeriod: msToTs(retention),
      })
      .catch((error: unknown) => {
        if (!isAlreadyThere(error)) throw error;
      });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = Object.entries(kinds).filter(([name]) => !(name in customAttributes));
    if (missing.length > 0) {
      await connection.operatorService
        .addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(missing) })
        .catch((error: unknown) => {
          if (!isAlreadyThere(error)) throw error;
        });
    }
    await untilSearchable(connection, namespace);
  } finally {
    await connection.close();
  }
}

async function main({ temporalAddress, temporalNamespace }: Config): Promise<void> {
  if (temporalAddress === undefined) throw new Error('TEMPORAL_ADDRESS must be set: where is Temporal?');
  await prepareTemporal(temporalAddress, temporalNamespace);
  process.stdout.write(`namespace ${temporalNamespace} and its search attributes are there\n`);
}

runEntry(__filename, main);
