import { setTimeout as delay } from 'node:timers/promises';
import { isGrpcServiceError, type WorkflowHandle, WorkflowUpdateStage } from '@temporalio/client';
import { v7 } from 'uuid';
import { outcomeUpdate } from '../src/domain';
import { tooManyCommands } from './command-places';

/** Between two tries. */
const pauseMilliseconds = 50;
/** For the next run to begin, which it does within a task. */
const patienceMilliseconds = 4_000;
/** Before the run is given a task, in case that it has none. */
const wakeAfterMilliseconds = 500;
/** Of gRPC. */
const invalidArgument = 3;

/** Signals a workflow until it takes it. Throws `too-many-requests` where that does not come. */
export function signalUntilTaken(handle: WorkflowHandle, name: string, ...args: unknown[]): Promise<void> {
  return untilTaken(() => handle.signal(name, ...args), handle);
}

/**
 * Sends a signal until it is taken: a run that had as many signals as Temporal takes for one takes no more, and gives way to
 * the next. One that had them before Temporal was set up for so few may have nothing to do for days: it is asked something, which
 * gives it a task. Throws `too-many-requests` where the next run does not come.
 */
export async function untilTaken<Result>(send: () => Promise<Result>, handle: WorkflowHandle): Promise<Result> {
  const began = performance.now();
  let isAsked = false;
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (!hasHadItsSignals(error)) throw error;
      const waited = performance.now() - began;
      if (waited >= patienceMilliseconds) throw tooManyCommands('and signals');
      if (!isAsked && waited >= wakeAfterMilliseconds) {
        isAsked = true;
        void giveTask(handle);
      }
    }
    await delay(pauseMilliseconds);
  }
}

/** For the outcome of what nobody asked for. A workflow that knows no such question gets a task by it all the same. */
async function giveTask(handle: WorkflowHandle): Promise<void> {
  const question = { args: [v7()] as [string], waitForStage: WorkflowUpdateStage.ACCEPTED };
  await handle.startUpdate<unknown, [string]>(outcomeUpdate, question).catch(() => undefined);
}

function hasHadItsSignals(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return isGrpcServiceError(cause) && cause.code === invalidArgument && cause.details.includes('limit for signal');
}
