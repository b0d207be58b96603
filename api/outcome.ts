import { setTimeout as delay } from 'node:timers/promises';
import {
  isGrpcServiceError,
  type WorkflowClient,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { outcomeOfNextRun, outcomeUpdate } from '../src/domain';

/** Between two times that it is asked for. */
const pauseMilliseconds = 50;

/** gRPC: too many wait for outcomes of this workflow; a task of it failed and is tried again; the run that was asked ended meanwhile. */
const askAgainCodes: ReadonlySet<number> = new Set([8, 9, 10]);

/**
 * What became of a signal to a pool or a show, which its workflow says once it was handled. Where one run of it gives way to the next,
 * that one is asked. Throws what the last try threw, once so many milliseconds have passed.
 */
export async function outcomeOf<Outcome>(
  workflows: WorkflowClient,
  workflowId: string,
  requestId: string,
  milliseconds: number,
): Promise<Outcome> {
  const handle = workflows.getHandle(workflowId);
  const until = performance.now() + milliseconds;
  for (;;) {
    try {
      return await handle.executeUpdate<Outcome, [string]>(outcomeUpdate, { args: [requestId] });
    } catch (error) {
      if (!isToBeAskedAgain(error) || performance.now() >= until) throw error;
    }
    await delay(pauseMilliseconds);
  }
}

function isToBeAskedAgain(error: unknown): boolean {
  if (error instanceof WorkflowUpdateFailedError) {
    return error.cause instanceof ApplicationFailure && error.cause.type === outcomeOfNextRun;
  }
  // The run that was asked gave way before it had taken the question in.
  if (error instanceof WorkflowNotFoundError && error.message.startsWith('update ')) return true;
  return [error, error instanceof Error ? error.cause : undefined].some(
    (cause) => isGrpcServiceError(cause) && askAgainCodes.has(cause.code),
  );
}
