import { type Client, isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { unavailable } from './problem';

export const temporalLimits = {
  /** One call to Temporal; past it the caller hears `unavailable`. */
  callMilliseconds: 5_000,
  /** A promoter's command until it is in force. */
  commandMilliseconds: 15_000,
} as const;

/**
 * Runs calls to Temporal under a deadline. Where Temporal or its workers do not answer: the problem `unavailable`.
 * WorkflowNotFoundError and errors that are answers of their own pass.
 */
export async function askTemporal<Result>(
  client: Client,
  milliseconds: number,
  call: (client: Client) => Promise<Result>,
  away = 'Temporal is away.',
): Promise<Result> {
  try {
    return await client.withDeadline(Date.now() + milliseconds, () => call(client));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || !isAway(error)) throw error;
    throw unavailable(away);
  }
}

/** gRPC: cancelled, deadline exceeded, resource exhausted, failed precondition (no worker can go on with the workflow), unavailable. */
const awayCodes = new Set([1, 4, 8, 9, 14]);

/** Whether Temporal or its workers did not answer, whatever was asked. */
export function isAway(error: unknown): boolean {
  const causes = [error, error instanceof Error ? error.cause : undefined];
  return causes.some((cause) => isGrpcServiceError(cause) && awayCodes.has(cause.code)) || isRpcTimeout(error);
}

function isRpcTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'WorkflowUpdateRPCTimeoutOrCancelledError';
}
