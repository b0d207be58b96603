import { allHandlersFinished, condition, workflowInfo } from '@temporalio/workflow';
import { endOpenPurchases, steerPool } from './activities';
import type { Steering } from './pool';
import { inWords } from './words';

/**
 * One turn of a run that the release before began, as that release took it. It is there to be replayed: a run that is
 * live does not come here.
 * @param isLive told by the SDK's `patched`, which must not be asked elsewhere in such a run
 */
export async function goOneByOne(steering: Steering, isLive: () => boolean): Promise<void> {
  const { inbox } = steering;
  await untilAwake(steering);
  if (isLive()) return;
  const letter = inbox.next();
  if (letter) {
    const { name, input } = letter;
    const outcome = await steerPool({ pool: steering.name, step: { name, input }, stepId: letter.stepId });
    steering.settle(letter, outcome);
    if (outcome.status !== 'done' || !outcome.releaseHolds) return;
    const told = await endOpenPurchases({ pool: steering.name, reason: outcome.releaseHolds.reason });
    steering.standing.say(`${inWords(name, outcome)} ${told} open purchases were told to give their tickets back.`);
  } else if (hourIn(steering) <= 0) {
    const { nextStep: name } = steering;
    steering.crossed(await steerPool({ pool: steering.name, step: { name }, stepId: name }));
  } else if (mayContinueAsNew(steering)) await steering.continueAsNew();
}

async function untilAwake(steering: Steering): Promise<void> {
  const awake = () => !steering.inbox.isEmpty || hourIn(steering) <= 0 || mayContinueAsNew(steering);
  if (awake()) return;
  const left = hourIn(steering);
  await (left === Number.POSITIVE_INFINITY ? condition(awake) : condition(awake, left));
}

function hourIn({ nextHour }: Steering): number {
  return nextHour === undefined ? Number.POSITIVE_INFINITY : Date.parse(nextHour) - Date.now();
}

function mayContinueAsNew({ inbox }: Steering): boolean {
  return workflowInfo().continueAsNewSuggested && inbox.isEmpty && allHandlersFinished();
}
