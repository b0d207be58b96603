import type { CartView, PoolView, PurchaseView } from '../src/projections';

/** Whether nothing can change a thing any more, by the rules as they are: docs/decisions/018-a-live-view-ends.md. */

const isOpen = ({ status }: PurchaseView) => status === 'requested' || status === 'reserved' || status === 'paying';

/** It is decided, and so is every payment for it: one without an outcome may still have to be given back. */
export const isPurchaseOver = (purchase: PurchaseView): boolean =>
  !isOpen(purchase) && purchase.payments.every(({ status }) => status !== 'started');

export const isCartOver = ({ cart }: CartView): boolean => cart.checkedOut !== undefined;

/** It is cancelled, and its last hold has ended. A closed one may still be cancelled, and repriced until then. */
export const isPoolOver = ({ status, claimed }: PoolView): boolean => status === 'cancelled' && claimed === 0;
