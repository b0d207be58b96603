import {
  condition,
  defineSignal,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { searchAttributes } from '../../src/domain/contract';
import { keyword } from '../../workflows/search-attributes';
import type { BareActivities } from './activities';

export const payment = defineSignal('payment');

const { reserve, startPayment, confirm } = proxyLocalActivities<BareActivities>({ startToCloseTimeout: '30s' });
const { capture } = proxyActivities<BareActivities>({ startToCloseTimeout: '30s', heartbeatTimeout: '4s' });
const holdMilliseconds = 300_000;

/** A purchase's history, event by event, with nothing in its steps: what Temporal itself costs. */
export async function bare(id: string): Promise<void> {
  let paid = false;
  setHandler(payment, () => {
    paid = true;
  });
  await reserve(id);
  show('reserved');
  void sleep(holdMilliseconds, { summary: 'the hold ends' });
  await condition(() => paid);
  await startPayment(id);
  show('paying');
  await capture(id);
  await confirm(id);
  show('confirmed');
}

function show(status: string): void {
  setCurrentDetails(`Bare workflow, ${status}.`);
  upsertSearchAttributes([keyword(searchAttributes.status, status)]);
}
