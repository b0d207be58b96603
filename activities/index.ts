/** What workflows may do to the world, and the API to carts. Made by factories that are handed their dependencies. */
import { createPaymentActivities } from './payment';
import { createPoolActivities } from './pool';
import { createPurchaseActivities } from './purchase';

export type { CaptureOutcome, CaptureRequest } from '../src/payments';
export { type CartCommands, createCartCommands } from './cart';
export type { PoolStep, SteerOutcome, TellSaleStopped } from './pool';
export { steerInputs } from './pool';
export type { ConfirmOutcome, ReserveOutcome } from './purchase';
export { cartCommitOptions, cartRef, carts, commitOptions, poolRef, pools, purchaseRef, purchases } from './streams';

type Dependencies = Parameters<typeof createPaymentActivities>[0] &
  Parameters<typeof createPoolActivities>[0] &
  Parameters<typeof createPurchaseActivities>[0];

export function createActivities(dependencies: Dependencies) {
  return {
    ...createPurchaseActivities(dependencies),
    ...createPaymentActivities(dependencies),
    ...createPoolActivities(dependencies),
  };
}
export type Activities = ReturnType<typeof createActivities>;
