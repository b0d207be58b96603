import {
  ActivityFailure,
  type ActivityOptions,
  CancellationScope,
  condition,
  isCancellation,
} from '@temporalio/workflow';
import type { CaptureOutcome, CaptureRequest } from '../activities';
import { paymentGraceMilliseconds } from '../src/domain/contract';
import { atProvider, capture } from './activities';
import type { PurchaseInbox } from './purchase-inbox';

/** The money may have been taken or not: the payment has to be reversed. */
type GivenUp = 'given up';

/** An activity that is called with options of its own. */
interface AtProvider<Input, Outcome> {
  executeWithOptions(options: ActivityOptions, args: [Input]): Promise<Outcome>;
}

/**
 * Asks the provider, or gives up as soon as the purchase is ended, or when the hold and its grace are over. That is a limit
 * of the activity itself, which the server keeps: it hangs on nothing that a worker may have seen or not.
 * @param holdEnds in workflow time, milliseconds.
 */
export function inTime<Input, Outcome>(
  ask: AtProvider<Input, Outcome>,
  input: Input,
  inbox: PurchaseInbox,
  holdEnds: number,
): Promise<Outcome | GivenUp> {
  const left = holdEnds + paymentGraceMilliseconds - Date.now();
  const options = { ...atProvider, scheduleToCloseTimeout: Math.max(1, left) };
  return CancellationScope.cancellable(() => {
    const answered = ask.executeWithOptions(options, [input]).catch((error): GivenUp => {
      // It is retried without end but for that limit, whatever its last attempt failed with.
      if (error instanceof ActivityFailure && !isCancellation(error)) return 'given up';
      throw error;
    });
    return raced(
      answered,
      condition(() => inbox.ended !== undefined),
    );
  });
}

/**
 * The same as purchases did that began before a payment's start had an outcome: the grace was a timer of the workflow. One
 * that stands still since has no such timer in its history, as its worker had not seen that the hold was over.
 */
export function captureWithGraceTimer(
  request: CaptureRequest,
  inbox: PurchaseInbox,
): Promise<CaptureOutcome | GivenUp> {
  const isEnded = () => inbox.ended !== undefined;
  const whenTooLate = async () => {
    if (inbox.over) return condition(isEnded);
    await condition(() => isEnded() || inbox.over);
    return condition(isEnded, paymentGraceMilliseconds);
  };
  return CancellationScope.cancellable(() => raced(capture(request), whenTooLate()));
}

async function raced<Outcome>(answered: Promise<Outcome>, givenUp: Promise<unknown>): Promise<Outcome | GivenUp> {
  const outcome = await Promise.race([answered, givenUp.then(() => 'given up' as const)]);
  CancellationScope.current().cancel();
  return outcome;
}
