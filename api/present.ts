import { type Payment, quote } from '../src/domain';
import type { PoolView, PurchaseView } from '../src/projections';
import { Problem, type ProblemDocument, refusalProblem } from './problem';
import type { TakenRequest } from './purchase-requests';

/** The pool as the contract has it: `price` is what one ticket costs now. */
export function presentPool({ promoter: _, ...pool }: PoolView, now: Date) {
  return { ...pool, price: quote(pool, now).unit, basePrice: pool.price };
}

export function declinedProblem(payment: Extract<Payment, { status: 'declined' }>): Problem {
  const { reason, attemptsLeft } = payment;
  const times = attemptsLeft === 1 ? 'once more' : `${attemptsLeft} more times`;
  const hope = attemptsLeft > 0 ? `While the hold lasts you may try ${times}.` : 'No attempts are left.';
  return new Problem('payment-declined', `The payment was declined: ${reason}. ${hope}`, { reason, attemptsLeft });
}

/** Said from the hold's end on: when the tickets are given back is another moment. */
export function expiredProblem(): Problem {
  return new Problem('purchase-expired', 'The hold has ended before it was paid; start a new purchase.');
}

/** Why a purchase ended without tickets; undefined while it may still get them, and when it did. */
export function failureOf(purchase: PurchaseView): ProblemDocument | undefined {
  switch (purchase.status) {
    case 'rejected':
      return purchase.refusal && refusalProblem(purchase.refusal).document;
    case 'expired':
      return expiredProblem().document;
    case 'payment-failed': {
      const payment = purchase.payments.findLast((each) => each.status === 'declined');
      return payment && declinedProblem(payment).document;
    }
    case 'cancelled':
    case 'refunded': {
      const detail = `The purchase ended: ${purchase.reason ?? 'it was cancelled'}.`;
      return new Problem('purchase-not-payable', detail, { purchaseStatus: purchase.status }).document;
    }
    default:
      return undefined;
  }
}

/** The purchase as the contract has it. */
export function presentPurchase(purchase: PurchaseView) {
  const { id, status, customerId, items, total, expiresAt, orderId, createdAt, updatedAt } = purchase;
  const failure = failureOf(purchase);
  return {
    id,
    status,
    customerId,
    items: items.map(({ pool, quantity, tickets }) => ({ pool, quantity, tickets: tickets ?? [] })),
    ...(total && { total }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(orderId !== undefined && { orderId }),
    ...(failure && { failure }),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

/** Another one after every change to the purchase. */
export const etagOf = ({ status, payments, updatedAt }: PurchaseView) =>
  `"${updatedAt.getTime()}-${status}-${payments.length}"`;

/** A purchase that was taken in and is not decided yet. */
export function requestedPurchase(taken: TakenRequest | undefined): PurchaseView | undefined {
  if (!taken) return undefined;
  const { purchaseId: id, customerId, shop, items, createdAt } = taken;
  return {
    id,
    status: 'requested',
    customerId,
    shop,
    items,
    payments: [],
    position: 0,
    createdAt,
    updatedAt: createdAt,
  };
}
