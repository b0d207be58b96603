import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { Dropped } from '../src/domain';
import { tooManyCommands } from './command-places';
import type { Dependencies } from './dependencies';
import { outcomeOf } from './outcome';
import { type SignalNeeds, sendSignal } from './send-signal';
import { askTemporal, temporalLimits } from './temporal-calls';

const recorded = 'The command is recorded and takes effect as soon as a worker takes it.';

/**
 * Sends a signal, which lasts even if nobody is there to take it, and waits until it was handled; undefined where the
 * workflow's stream is over, or it was just ending. A workflow that is gone is started anew for it.
 */
export async function sendCommand<Outcome>(
  { newId, ...needs }: SignalNeeds & Pick<Dependencies, 'newId'>,
  workflowId: string,
  signal: string,
  input: object,
): Promise<Outcome | undefined> {
  const requestId = newId();
  const { temporal } = needs;
  try {
    if (!(await sendSignal(needs, workflowId, signal, { ...input, requestId }))) return undefined;
    const patience = temporalLimits.commandMilliseconds;
    const ask = () => outcomeOf<Outcome | Dropped>(temporal.workflow, workflowId, requestId, patience);
    const outcome = await askTemporal(temporal, patience, ask, recorded);
    if (isDropped(outcome)) throw tooManyCommands(`to ${workflowId}`);
    return outcome;
  } catch (error) {
    if (!isOver(error)) throw error;
    return undefined;
  }
}

function isDropped(outcome: unknown): outcome is Dropped {
  return typeof outcome === 'object' && outcome !== null && 'status' in outcome && outcome.status === 'dropped';
}

/** The workflow that was asked has ended. */
export const isOver = (error: unknown) =>
  error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError;
