import { type PaymentMethodType, paymentAttempts } from './contract';
import { orderId } from './identifiers';
import type { Money } from './money';
import { isOpen, type Purchase, type PurchaseEvent, type PurchaseStatus, type ReservedPurchase } from './purchase';
import { invariant } from './refusal';

/** Where a purchase stands, by its stream alone: whoever runs it goes on from here. */
export interface Standing {
  status: PurchaseStatus;
  orderId?: string;
  /** Why it ended without tickets. */
  reason?: string;
  /** Payments that it may still try. */
  attemptsLeft: number;
  /** Why the last payment was declined. */
  declined?: string;
  /** Payments that were started and have no outcome: their money may have been taken or not. */
  unsettled: string[];
}

/** What a purchase says to a payment that is about to be taken. Only `started` lets money move. */
export type PaymentStart =
  | { status: 'started' }
  /** This very payment has its outcome already. */
  | { status: 'settled' }
  /** One payment at a time: this other one has no outcome yet. */
  | { status: 'unsettled'; paymentId: string }
  | { status: 'hold-ended' }
  /** A pool was cancelled, or stopped for open holds too. */
  | { status: 'sale-ended'; reason: string }
  /** It has no tickets to pay for any more, or they are paid. */
  | { status: 'closed' };

export interface PaymentCircumstances {
  now: Date;
  /** Why its pools sell nothing to open holds any more, where that is so. */
  saleEnded: string | undefined;
}

/** Payments that may still be tried. One that was voided does not count: nobody had declined it. */
export const attemptsLeft = ({ payments }: Pick<ReservedPurchase, 'payments'>): number =>
  Math.max(0, paymentAttempts - payments.filter(({ status }) => status === 'declined').length);

/** Throws for a purchase that reserved nothing. */
export function standingOf(purchase: Purchase | undefined): Standing {
  const { status, orderId: order, reason, payments } = reserved(purchase);
  const last = payments.findLast((payment) => payment.status === 'declined');
  return {
    status,
    ...(order !== undefined && { orderId: order }),
    ...(reason !== undefined && { reason }),
    attemptsLeft: attemptsLeft(reserved(purchase)),
    ...(last?.status === 'declined' && { declined: last.reason }),
    unsettled: payments.filter((payment) => payment.status === 'started').map(({ id }) => id),
  };
}

/** Begins a payment, or says why none may be taken. */
export function startPayment(
  purchase: Purchase | undefined,
  payment: { paymentId: string; method: PaymentMethodType },
  { now, saleEnded }: PaymentCircumstances,
): { start: PaymentStart; events: PurchaseEvent[] } {
  const say = (start: PaymentStart, ...events: PurchaseEvent[]) => ({ start, events });
  if (!isOpen(purchase)) return say({ status: 'closed' });
  const known = purchase.payments.find(({ id }) => id === payment.paymentId);
  if (known && known.status !== 'started') return say({ status: 'settled' });
  if (now.getTime() >= Date.parse(purchase.expiresAt)) return say({ status: 'hold-ended' });
  if (saleEnded !== undefined) return say({ status: 'sale-ended', reason: saleEnded });
  if (known) return say({ status: 'started' });
  const other = purchase.payments.find(({ status }) => status === 'started');
  if (other) return say({ status: 'unsettled', paymentId: other.id });
  if (attemptsLeft(purchase) === 0) return say({ status: 'closed' });
  return say({ status: 'started' }, { type: 'PaymentStarted', data: payment });
}

/** Records that the provider declined the payment that is under way; nothing for any other, or once the purchase is closed. */
export function declinePayment(
  purchase: Purchase | undefined,
  { paymentId, reason }: { paymentId: string; reason: string },
): PurchaseEvent[] {
  if (!isOpen(purchase) || !isUnderWay(purchase, paymentId)) return [];
  return [{ type: 'PaymentDeclined', data: { paymentId, reason, attemptsLeft: attemptsLeft(purchase) - 1 } }];
}

/** Confirms by the payment that is under way; nothing by any other. */
export function confirmPurchase(
  purchase: Purchase | undefined,
  purchaseId: string,
  paymentId: string,
): PurchaseEvent[] {
  if (!isOpen(purchase) || !isUnderWay(purchase, paymentId)) return [];
  return [{ type: 'PurchaseConfirmed', data: { orderId: orderId(purchaseId), paymentId, total: purchase.total } }];
}

/** Whether the purchase is confirmed, and by this payment. */
export function isPaidBy(purchase: Purchase | undefined, paymentId: string): purchase is ReservedPurchase {
  return purchase?.status === 'confirmed' && paymentWith(purchase, paymentId)?.status === 'captured';
}

/** Records that money which does not count was given back. Its tickets are given back first. */
export function refundPayment(
  purchase: Purchase | undefined,
  refund: { paymentId: string; amount: Money },
): PurchaseEvent[] {
  invariant(
    purchase !== undefined && !isOpen(purchase),
    () => 'a payment is refunded only after its tickets were given back',
  );
  if (purchase.status === 'rejected' || paymentWith(purchase, refund.paymentId)?.status === 'refunded') return [];
  invariant(!isPaidBy(purchase, refund.paymentId), () => 'a confirmed purchase keeps its payment');
  return [{ type: 'PaymentRefunded', data: refund }];
}

/** Records that a payment without an outcome will never take money. */
export function voidPayment(purchase: Purchase | undefined, paymentId: string): PurchaseEvent[] {
  return isUnderWay(reserved(purchase), paymentId) ? [{ type: 'PaymentVoided', data: { paymentId } }] : [];
}

const paymentWith = ({ payments }: ReservedPurchase, paymentId: string) => payments.find(({ id }) => id === paymentId);
const isUnderWay = (purchase: ReservedPurchase, paymentId: string) =>
  paymentWith(purchase, paymentId)?.status === 'started';

function reserved(purchase: Purchase | undefined): ReservedPurchase {
  invariant(
    purchase !== undefined && purchase.status !== 'rejected',
    () => 'a step of a purchase that reserved nothing',
  );
  return purchase;
}
