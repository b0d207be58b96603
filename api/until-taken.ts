import { setTimeout as delay } from 'node:timers/promises';
import { isGrpcServiceError } from '@temporalio/client';
import { tooManyCommands } from './command-places';

/** Between two tries. */
const pauseMilliseconds = 50;
/** For the next run to begin, which it does within a task. */
const patienceMilliseconds = 4_000;
/** Of gRPC. */
const invalidArgument = 3;

/**
 * Sends a signal until it is taken: a run that had as many signals as Temporal takes for one takes no more, and gives way to
 * the next. Throws `too-many-requests` where that does not come.
 */
export async function untilTaken<Result>(send: () => Promise<Result>): Promise<Result> {
  const until = performance.now() + patienceMilliseconds;
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (!hasHadItsSignals(error)) throw error;
      if (performance.now() >= until) throw tooManyCommands('and signals');
    }
    await delay(pauseMilliseconds);
  }
}

function hasHadItsSignals(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return isGrpcServiceError(cause) && cause.code === invalidArgument && cause.details.includes('limit for signal');
}
