import { CancellationScope, condition } from '@temporalio/workflow';
import type { CaptureOutcome, CaptureRequest } from '../activities';
import { capture } from './activities';
import type { PurchaseInbox } from './purchase-inbox';

/** A capture that began before the hold's end may take this much longer before it is given up. */
const graceMilliseconds = 4_000;

/**
 * Takes the money, or gives up as soon as the purchase is ended, or when the hold and its grace are over. Given up, the
 * money may have been taken or not: the payment has to be reversed.
 */
export function captureInTime(request: CaptureRequest, inbox: PurchaseInbox): Promise<CaptureOutcome | 'given up'> {
  const isEnded = () => inbox.ended !== undefined;
  return CancellationScope.cancellable(async () => {
    const givenUp = condition(() => isEnded() || inbox.over)
      .then(() => condition(isEnded, graceMilliseconds))
      .then(() => 'given up' as const);
    const outcome = await Promise.race([capture(request), givenUp]);
    CancellationScope.current().cancel();
    return outcome;
  });
}
