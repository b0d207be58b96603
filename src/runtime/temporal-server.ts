import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { searchAttributes, signalsOfARun } from '../domain';

/** A program with its arguments, ready to be spawned. */
export type TemporalServerCommand = { readonly command: string; readonly args: readonly string[] };

/** The types of the search attributes, in the words of the Temporal CLI. */
export const SEARCH_ATTRIBUTES = {
  [searchAttributes.pool]: 'KeywordList',
  [searchAttributes.status]: 'Keyword',
  [searchAttributes.customer]: 'Keyword',
  [searchAttributes.show]: 'Keyword',
} as const;

/**
 * The development server polls its internal queues at most 20 times a second and shard by default, which adds up to
 * 50 ms to every hop of a workflow.
 */
const QUEUE_POLLS_PER_SECOND = 5_000;
const POLLED_QUEUES = ['transfer', 'timer', 'visibility'];

/**
 * Events, most of them signals, that may come while a task of a workflow is under way. At more than 100, the default, the server
 * fails the task, and the next one begins with the whole history again: in a flood no task would ever be done.
 */
const BUFFERED_EVENTS = 5_000;

/** SQLite's write-ahead log: half the work a commit of the usual rollback journal is, and as safe. */
const WRITE_AHEAD = ['--sqlite-pragma', 'journal_mode=wal'];

const POLL_MS = 100;
const CONNECT_LIMIT_MS = 2_000;

/** Temporal's development server on loopback; without a database file its workflows live in memory only. */
export function temporalServerCommand(options: {
  readonly binary: string;
  readonly port: number;
  readonly uiPort: number;
  readonly databaseFile?: string;
  /** Without the web UI; its port is not used then. */
  readonly headless?: boolean;
  /** Created beside `default`, which is always there. */
  readonly namespace?: string;
}): TemporalServerCommand {
  const { binary, port, uiPort, databaseFile, headless, namespace } = options;
  return {
    command: binary,
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'warn'],
      ...(headless ? ['--headless'] : ['--ui-port', String(uiPort)]),
      ...(databaseFile === undefined ? [] : ['--db-filename', databaseFile, ...WRITE_AHEAD]),
      ...(namespace === undefined || namespace === 'default' ? [] : ['--namespace', namespace]),
      ...Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
      ...POLLED_QUEUES.flatMap((queue) => [
        '--dynamic-config-value',
        `history.${queue}ProcessorMaxPollRPS=${QUEUE_POLLS_PER_SECOND}`,
      ]),
      ...['--dynamic-config-value', `history.maximumBufferedEventsBatch=${BUFFERED_EVENTS}`],
      ...['--dynamic-config-value', `history.maximumSignalsPerExecution=${signalsOfARun}`],
    ],
  };
}

/**
 * Resolves once the namespace can be used.
 * @throws Error with the last answer, where that does not happen within the limit or the signal gives up.
 */
export async function waitForTemporal(
  address: string,
  limitMs: number,
  { namespace = 'default', signal }: { readonly namespace?: string; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const refusal = await refusalOf(address, namespace);
    if (refusal === undefined) return;
    if (performance.now() > deadline || signal?.aborted) {
      throw new Error(`Temporal at ${address} does not answer for namespace ${namespace}: ${refusal}`);
    }
    await sleep(POLL_MS);
  }
}

/** What stands against using the namespace, in Temporal's words; undefined where nothing does. */
async function refusalOf(address: string, namespace: string): Promise<string | undefined> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: CONNECT_LIMIT_MS });
    try {
      await connection.withDeadline(Date.now() + CONNECT_LIMIT_MS, () =>
        connection.workflowService.listWorkflowExecutions({ namespace, pageSize: 1 }),
      );
      return undefined;
    } finally {
      await connection.close();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
