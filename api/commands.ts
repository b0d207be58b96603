import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { outcomeUpdate } from '../src/domain';
import type { Dependencies } from './dependencies';
import { askTemporal, temporalLimits } from './temporal-calls';

const recorded = 'The command is recorded and takes effect as soon as a worker takes it.';

/**
 * Sends a signal, which lasts even if nobody is there to take it, and waits until it was handled; undefined where the
 * workflow is over, or was just ending.
 */
export async function sendCommand<Outcome>(
  { temporal, newId }: Pick<Dependencies, 'temporal' | 'newId'>,
  workflowId: string,
  signal: string,
  input: object,
): Promise<Outcome | undefined> {
  const requestId = newId();
  const handle = temporal.workflow.getHandle(workflowId);
  try {
    await askTemporal(temporal, temporalLimits.callMilliseconds, () => handle.signal(signal, { ...input, requestId }));
    const ask = () => handle.executeUpdate<Outcome, [string]>(outcomeUpdate, { args: [requestId] });
    return await askTemporal(temporal, temporalLimits.commandMilliseconds, ask, recorded);
  } catch (error) {
    if (!isOver(error)) throw error;
    return undefined;
  }
}

/** The workflow that was asked has ended. */
export const isOver = (error: unknown) =>
  error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError;
