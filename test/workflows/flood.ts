import { setTimeout as pause } from 'node:timers/promises';
import type { WorkflowClient, WorkflowHandle } from '@temporalio/client';
import type { Pool as Database } from 'pg';
import { signalsOfARun } from '../../src/domain';
import { readStream } from '../../src/store';
import { eventually } from '../support/eventually';
import type { Stage } from './stage';

export const floodLimits = {
  signals: 10_000,
  /** Signals on their way to Temporal at once. */
  atOnce: 50,
  /** Before one that was refused is sent again, in milliseconds. */
  pause: 20,
  /** Of one run; Temporal ends a workflow at 51,200. */
  events: 20_000,
} as const;

/** What one signal says, by its number. */
type Say = (nth: number) => [signal: string, input?: unknown];

/**
 * Sends signals as fast as Temporal takes them, and those again that it refuses because a run has had its signals or closes.
 * Resolves with how many it took: all, unless the workflow ended.
 */
export async function flood(
  client: WorkflowClient,
  workflowId: string,
  say: Say,
  { signals = floodLimits.signals, onTaken }: { signals?: number; onTaken?: (taken: number) => unknown } = {},
): Promise<number> {
  const handle = client.getHandle(workflowId);
  let next = 0;
  let taken = 0;
  const isTaken = async (nth: number) => {
    const [signal, ...input] = say(nth);
    for (;;) {
      try {
        await handle.signal(signal, ...input);
        return true;
      } catch (error) {
        if (isRefused(error, /already completed|not found/i)) return false;
        if (!isRefused(error, /limit for signal|is closing/)) throw error;
      }
      await pause(floodLimits.pause);
    }
  };
  const sendOn = async () => {
    while (next < signals) {
      next += 1;
      if (!(await isTaken(next))) continue;
      taken += 1;
      await onTaken?.(taken);
    }
  };
  await Promise.all(Array.from({ length: floodLimits.atOnce }, sendOn));
  return taken;
}

/**
 * Sends as many signals as Temporal takes for a run while no worker is there, none of which means anything: no task follows
 * upon the one that brings them. Resolves with the run.
 */
export async function fillRun(stage: Stage, { workflowId }: WorkflowHandle): Promise<WorkflowHandle> {
  const { workflow } = stage.client;
  await stage.stopWorker();
  const { runId } = await workflow.getHandle(workflowId).describe();
  expect(await flood(workflow, workflowId, () => ['hum'], { signals: signalsOfARun })).toBe(signalsOfARun);
  return workflow.getHandle(workflowId, runId);
}

/** Gives a full run a worker, and waits until it has given way: as it was full, and for no other reason. */
export async function givesWay(stage: Stage, full: WorkflowHandle): Promise<void> {
  await stage.startWorker();
  await eventually(async () => (await full.describe()).status.name === 'CONTINUED_AS_NEW');
  const { events } = await full.fetchHistory();
  const patches = events?.flatMap(({ markerRecordedEventAttributes: marker }) =>
    (marker?.details?.['patch-data']?.payloads ?? []).map(({ data }) => Buffer.from(data ?? []).toString()),
  );
  expect(patches).toContainEqual(expect.stringContaining('full-runs-continue-as-new'));
}

function isRefused(error: unknown, because: RegExp): boolean {
  return [error, error instanceof Error ? error.cause : undefined].some((each) => because.test(String(each)));
}

/** The lengths of the histories of all runs of the workflow, once Temporal lists them. */
export async function eventsOfRuns(client: WorkflowClient, workflowId: string): Promise<number[]> {
  const runs: number[] = [];
  for await (const { runId } of client.list({ query: `WorkflowId = '${workflowId}'` })) {
    const { historyLength } = await client.getHandle(workflowId, runId).describe();
    runs.push(Number(historyLength));
  }
  return runs;
}

/** Resolves once the stream has an event of the type, with the milliseconds that it took. */
export async function untilAppended(database: Database, stream: string, type: string): Promise<number> {
  const since = performance.now();
  const isThere = async () => (await readStream(database, stream)).some((event) => event.type === type);
  await eventually(isThere);
  return performance.now() - since;
}
