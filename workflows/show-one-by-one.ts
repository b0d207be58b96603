import { allHandlersFinished, condition, workflowInfo } from '@temporalio/workflow';
import type { ShowOutcome } from '../activities';
import { showSignals } from '../src/domain/contract';
import { cancelPools, refreshPools, startPools, steerShow } from './activities';
import type { Production } from './show';
import { type Hour, hourInWords, nextHour } from './show-hours';
import type { Letter } from './show-inbox';

/**
 * One turn of a run that the release before began, as that release took it. It is there to be replayed: a run that is
 * live does not come here.
 * @param isLive told by the SDK's `patched`, which must not be asked elsewhere in such a run
 */
export async function goOneByOne(production: Production, isLive: () => boolean): Promise<void> {
  const { inbox } = production;
  await untilAwake(production);
  if (isLive()) return;
  const letter = production.calledOff === undefined ? inbox.next() : undefined;
  if (production.calledOff !== undefined) await cancel(production, production.calledOff);
  else if (letter) await handle(production, letter);
  else if (hourIn(production) <= 0) await crossHour(production);
  else if (mayContinueAsNew(production)) await production.continueAsNew();
}

async function untilAwake(production: Production): Promise<void> {
  const { inbox } = production;
  const awake = () =>
    !inbox.isEmpty || production.calledOff !== undefined || hourIn(production) <= 0 || mayContinueAsNew(production);
  if (awake()) return;
  const left = hourIn(production);
  await (left === Number.POSITIVE_INFINITY ? condition(awake) : condition(awake, left));
}

function hourByTheClock({ state, hours }: Production): Hour | undefined {
  return nextHour(state.status, hours, hours !== undefined && Date.now() >= Date.parse(hours.closesAt));
}

function hourIn(production: Production): number {
  const hour = hourByTheClock(production);
  return hour === undefined ? Number.POSITIVE_INFINITY : Date.parse(hour.at) - Date.now();
}

async function crossHour(production: Production): Promise<void> {
  const hour = hourByTheClock(production);
  if (hour?.step === 'callOff') await cancel(production, 'it was not published before its start');
  else if (hour) await strike(production, hour.step);
  if (hour?.step === hourByTheClock(production)?.step) production.hours = undefined;
}

async function strike(production: Production, hour: 'openSales' | 'closeSales' | 'complete'): Promise<void> {
  const at = new Date(Date.now()).toISOString();
  const outcome = await steerShow({ show: production.state.show, step: { hour, at }, stepId: `${hour}-on-time` });
  production.take(outcome, hourInWords[hour]);
  await bringPools(production, outcome);
}

async function cancel(production: Production, reason: string): Promise<void> {
  production.calledOff = undefined;
  const outcome = await steerShow({ show: production.state.show, step: { callOff: reason }, stepId: 'call-off' });
  production.take(outcome, `Called off: ${reason}.`);
  await bringPools(production, outcome);
}

async function handle(production: Production, letter: Letter): Promise<void> {
  const { name, input, stepId } = letter;
  const outcome = await steerShow({ show: production.state.show, step: { signal: name, input }, stepId });
  production.settle(letter, outcome);
  if (outcome.status === 'done' && name !== showSignals.changeShow) await bringPools(production, outcome);
  if (name === showSignals.publish) production.inbox.answer(letter, outcome);
}

async function bringPools({ state: { show } }: Production, outcome: ShowOutcome): Promise<void> {
  if (outcome.status !== 'done') return;
  switch (outcome.showStatus) {
    case 'published':
      await startPools({ show });
      break;
    case 'sales-open':
    case 'sales-closed':
      await refreshPools({ show });
      break;
    case 'cancelled':
      await cancelPools({ show });
      break;
    default:
  }
}

function mayContinueAsNew({ inbox, calledOff }: Production): boolean {
  return workflowInfo().continueAsNewSuggested && inbox.isEmpty && calledOff === undefined && allHandlersFinished();
}
