import { setTimeout as delay } from 'node:timers/promises';
import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { PoolWorkflows } from '../../activities';
import { poolStart } from '../../api/start-workflows';
import { signalUntilTaken } from '../../api/until-taken';
import { type PoolSignal, poolSignals, poolStream, statusQuery, workflowTypes } from '../domain';

export const poolWorkflowLimits = {
  /** How often another workflow under the pool's name is looked at until it has ended. */
  attempts: 20,
  pauseMilliseconds: 150,
} as const;

/** A workflow under this name that has not begun, or was refused the name and is about to end. */
const isNotThePool = (status: string) => status === 'new' || status === 'refused';

export function poolWorkflows(client: Client): PoolWorkflows {
  /** What the workflow under the pool's name says of itself; undefined where it has just ended. */
  async function statusOf(pool: string): Promise<string | undefined> {
    try {
      return (await client.workflow.getHandle(poolStream(pool)).query<{ status: string }>(statusQuery)).status;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  async function tell(pool: string, signal: PoolSignal, input: object): Promise<void> {
    try {
      await signalUntilTaken(client.workflow.getHandle(poolStream(pool)), signal, input);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }

  return {
    async start(settings) {
      const { name } = settings;
      for (let attempt = 1; attempt <= poolWorkflowLimits.attempts; attempt += 1) {
        try {
          await client.workflow.start(workflowTypes.pool, poolStart(settings));
          return;
        } catch (error) {
          if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        }
        const status = await statusOf(name);
        if (status !== undefined && !isNotThePool(status)) return;
        await delay(poolWorkflowLimits.pauseMilliseconds);
      }
      throw new Error(`another workflow under the name of pool ${name} does not end`);
    },
    refresh: (pool) => tell(pool, poolSignals.refresh, {}),
    cancelSales: (pool, reason) => tell(pool, poolSignals.cancelSales, { reason }),
  };
}
