import { condition, defineSignal, proxyActivities, proxyLocalActivities, setHandler } from '@temporalio/workflow';
import type { BareActivities } from './activities';

export const payment = defineSignal('payment');

const { reserve, startPayment, confirm } = proxyLocalActivities<BareActivities>({ startToCloseTimeout: '30s' });
const { capture } = proxyActivities<BareActivities>({ startToCloseTimeout: '30s' });
const holdMilliseconds = 300_000;

/** The steps of a purchase with nothing in them: what Temporal itself costs. */
export async function bare(id: string): Promise<void> {
  let paid = false;
  setHandler(payment, () => {
    paid = true;
  });
  await reserve(id);
  await condition(() => paid, holdMilliseconds);
  await startPayment(id);
  await capture(id);
  await confirm(id);
}
