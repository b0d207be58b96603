/** What workflows may do to the world, and the API to carts. Made by factories that are handed their dependencies. */
import { createPaymentActivities } from './payment';
import { createPoolActivities } from './pool';
import { createPurchaseActivities } from './purchase';
import { createPurchasePaymentActivities } from './purchase-payments';
import { createShowActivities } from './show';

export type { CaptureOutcome, CaptureRequest, PaymentRef, Settlement } from '../src/payments';
export { type CartCommands, createCartCommands } from './cart';
export type { SteerOutcome, TellSaleStopped } from './pool';
export type { PoolStep } from './pool-step-inputs';
export { steerInputs } from './pool-step-inputs';
export { noPoolWorkflows, type PoolWorkflows } from './pool-workflows';
export type { ConfirmOutcome, ReserveOutcome } from './purchase';
export type { ShowHours, ShowOutcome, ShowStep } from './show-steps';
export { cartCommitOptions, cartRef, carts, commitOptions, poolRef, pools, purchaseRef, purchases } from './streams';

type Dependencies = Parameters<typeof createPaymentActivities>[0] &
  Parameters<typeof createPoolActivities>[0] &
  Parameters<typeof createPurchaseActivities>[0] &
  Parameters<typeof createShowActivities>[0];

export function createActivities(dependencies: Dependencies) {
  return {
    ...createPurchaseActivities(dependencies),
    ...createPurchasePaymentActivities(dependencies),
    ...createPaymentActivities(dependencies),
    ...createPoolActivities(dependencies),
    ...createShowActivities(dependencies),
  };
}
export type Activities = ReturnType<typeof createActivities>;
