import {
  declinePayment,
  isOpen,
  type Money,
  type PaymentMethodType,
  type PaymentStart,
  type PurchaseStatus,
  paymentGraceMilliseconds,
  refundPayment,
  type Standing,
  saleEnded,
  standingOf,
  startPayment,
  voidPayment,
} from '../src/domain';
import type { GroupCommit } from '../src/store';
import { purchaseSteps, type Step } from './purchase-step';
import { poolRef, purchaseRef } from './streams';

interface OfPayment {
  purchaseId: string;
  paymentId: string;
}

/** What payments do to the stream of their purchase: each step one decision, safe to repeat. */
export function createPurchasePaymentActivities({ committer, now }: { committer: GroupCommit; now(): Date }) {
  const { step, stepOnItems } = purchaseSteps(committer);

  return {
    /** Only what it has started may take money, and not where the append was held up beyond the hold's end and its grace. */
    async startPayment(payment: Step & { paymentId: string; method: PaymentMethodType }): Promise<PaymentStart> {
      const { paymentId, method } = payment;
      let graceEnds = 0;
      const start = await stepOnItems(payment, `payment-started/${paymentId}`, (session, purchase) => {
        if (isOpen(purchase)) graceEnds = Date.parse(purchase.expiresAt) + paymentGraceMilliseconds;
        const pools = isOpen(purchase) ? purchase.items.map(({ pool }) => session.state(poolRef(pool))) : [];
        const ended = pools.map((pool) => pool && saleEnded(pool)).find((reason) => reason !== undefined);
        const begun = startPayment(purchase, { paymentId, method }, { now: now(), saleEnded: ended });
        session.append(purchaseRef(payment.purchaseId), begun.events);
        return begun.start;
      });
      const isTooLate = start.status === 'started' && now().getTime() >= graceEnds;
      return isTooLate ? { status: 'hold-ended' } : start;
    },

    declinePayment({ purchaseId, paymentId, reason }: OfPayment & { reason: string }): Promise<Standing> {
      const ref = purchaseRef(purchaseId);
      return step({ purchaseId, pools: [] }, `payment-declined/${paymentId}`, (session) => {
        session.append(ref, declinePayment(session.state(ref), { paymentId, reason }));
        return standingOf(session.state(ref));
      });
    },

    /** Records that a captured payment which does not count was given back; says what the purchase is then. */
    recordRefund({ purchaseId, paymentId, amount }: OfPayment & { amount: Money }): Promise<PurchaseStatus> {
      const ref = purchaseRef(purchaseId);
      return step({ purchaseId, pools: [] }, `refund/${paymentId}`, (session) => {
        session.append(ref, refundPayment(session.state(ref), { paymentId, amount }));
        return standingOf(session.state(ref)).status;
      });
    },

    /** Records that a payment never took money, and never will. */
    recordVoid({ purchaseId, paymentId }: OfPayment): Promise<Standing> {
      const ref = purchaseRef(purchaseId);
      return step({ purchaseId, pools: [] }, `void/${paymentId}`, (session) => {
        session.append(ref, voidPayment(session.state(ref), paymentId));
        return standingOf(session.state(ref));
      });
    },
  };
}
