import { CancellationScope, condition } from '@temporalio/workflow';
import type { CaptureOutcome, CaptureRequest } from '../activities';
import { capture } from './activities';

/** A capture that began before the hold's end may take this much longer before it is given up. */
const graceMilliseconds = 4_000;

/**
 * Takes the money, or gives up as soon as `isEnded`, or when the hold's `deadline` (workflow time in milliseconds) and
 * its grace are over. Given up, the money may have been taken or not: the payment has to be reversed.
 */
export function captureInTime(
  request: CaptureRequest,
  { deadline, isEnded }: { deadline: number; isEnded(): boolean },
): Promise<CaptureOutcome | 'given up'> {
  return CancellationScope.cancellable(async () => {
    const left = Math.max(0, deadline - Date.now()) + graceMilliseconds;
    const givenUp = condition(isEnded, left).then(() => 'given up' as const);
    const outcome = await Promise.race([capture(request), givenUp]);
    CancellationScope.current().cancel();
    return outcome;
  });
}
