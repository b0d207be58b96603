import {
  buyTickets,
  checkOut,
  checkoutRefusal,
  confirmPurchase,
  declinePayment,
  type Ending,
  endPurchase,
  isOpen,
  type Money,
  type PaymentMethodType,
  type Purchase,
  type PurchaseRequest,
  purchaseRequest,
  purchaseStream,
  type Refusal,
  refundPayment,
  rejectPurchase,
  releaseTickets,
  reserveTickets,
  startPayment,
} from '../src/domain';
import type { Command, GroupCommit, Session } from '../src/store';
import { cartRef, poolRef, purchaseRef } from './streams';

export type ReserveOutcome =
  | { reserved: true; total: Money; expiresAt: string; holdMilliseconds: number }
  | { reserved: false; refusal: Refusal };

export type ConfirmOutcome = { confirmed: true; orderId: string } | { confirmed: false };

/** Steps that touch no pool wait together, as those of one pool do. */
const laneOfPayments = 'payments';

interface Step {
  purchaseId: string;
  pools: readonly string[];
  /** The cart that becomes the purchase. */
  cartId?: string | undefined;
}

/** What a purchase does to its own stream and those of its pools: each step one decision, safe to repeat. */
export function createPurchaseActivities({ committer, now }: { committer: GroupCommit; now(): Date }) {
  /** A step's event ids come from its name, so a step that is run again finds what it wrote. */
  function step<Result>(
    { purchaseId, pools, cartId }: Step,
    name: string,
    decide: (session: Session) => Result,
    assumeNew = false,
  ): Promise<Result> {
    const workflow = purchaseStream(purchaseId);
    const id = `${workflow}/${name}`;
    const command: Command<Result> = {
      id,
      metadata: { correlation: purchaseId, causation: name, workflow },
      streams: [
        ...pools.map(poolRef),
        ...(cartId === undefined ? [] : [cartRef(cartId)]),
        { ...purchaseRef(purchaseId), assumeNew },
      ],
      lane: pools.length > 0 ? undefined : laneOfPayments,
      decide,
    };
    return committer.submit(command);
  }

  /** What the request's cart has against becoming this purchase, and how it is closed. */
  function checkoutIn(session: Session, { cart: seen, ...purchase }: PurchaseRequest) {
    if (!seen) return undefined;
    const ref = cartRef(seen.id);
    const cart = session.state(ref);
    return {
      refusal: checkoutRefusal(cart, { ...purchase, version: seen.version }),
      close: (total: Money) => cart && session.append(ref, checkOut(cart, { purchaseId: purchase.purchaseId, total })),
    };
  }

  function reserved(purchase: Purchase): ReserveOutcome {
    if (purchase.status === 'rejected') return { reserved: false, refusal: purchase.refusal };
    const { total, expiresAt } = purchase;
    return { reserved: true, total, expiresAt, holdMilliseconds: Math.max(0, Date.parse(expiresAt) - now().getTime()) };
  }

  return {
    /**
     * Claims all lines or none, and closes the cart that they come from with them; a refusal is recorded, is an outcome,
     * and leaves the cart open. Throws a ZodError for what is no request.
     */
    async reserve(given: PurchaseRequest): Promise<ReserveOutcome> {
      const request = purchaseRequest.parse(given);
      const pools = request.items.map(({ pool }) => pool);
      const purchase = purchaseRef(request.purchaseId);
      return step(
        { purchaseId: request.purchaseId, pools, cartId: request.cart?.id },
        'reserve',
        (session) => {
          const before = session.state(purchase);
          if (before) return reserved(before);
          const checkout = checkoutIn(session, request);
          const { claims, opening } = checkout?.refusal
            ? rejectPurchase(request, checkout.refusal)
            : reserveTickets(request, (name) => session.state(poolRef(name)), now());
          for (const [name, events] of claims) session.append(poolRef(name), events);
          session.append(purchase, [opening]);
          if (opening.type === 'TicketsReserved') checkout?.close(opening.data.total);
          const after = session.state(purchase);
          if (!after) throw new Error('a reservation left no purchase');
          return reserved(after);
        },
        true,
      );
    },

    startPayment(payment: { purchaseId: string; paymentId: string; method: PaymentMethodType }): Promise<void> {
      const { purchaseId, paymentId, method } = payment;
      const purchase = purchaseRef(purchaseId);
      return step({ purchaseId, pools: [] }, `payment-started/${paymentId}`, (session) => {
        session.append(purchase, startPayment(session.state(purchase), { paymentId, method }));
      });
    },

    declinePayment(payment: {
      purchaseId: string;
      paymentId: string;
      reason: string;
      attemptsLeft: number;
    }): Promise<void> {
      const { purchaseId, ...declined } = payment;
      const purchase = purchaseRef(purchaseId);
      return step({ purchaseId, pools: [] }, `payment-declined/${declined.paymentId}`, (session) => {
        session.append(purchase, declinePayment(session.state(purchase), declined));
      });
    },

    /** Turns the claims into tickets. Not confirmed: the claims are gone, and the payment must be reversed. */
    confirm({ purchaseId, pools, paymentId }: Step & { paymentId: string }): Promise<ConfirmOutcome> {
      const ref = purchaseRef(purchaseId);
      return step({ purchaseId, pools }, 'confirm', (session) => {
        const purchase = session.state(ref);
        if (isOpen(purchase)) {
          const bought = purchase.items.map((item) => {
            const pool = session.state(poolRef(item.pool));
            return { item, events: pool ? buyTickets(pool, purchaseId) : [] };
          });
          if (bought.some(({ item, events }) => events.length !== item.quantity)) return { confirmed: false };
          for (const { item, events } of bought) session.append(poolRef(item.pool), events);
          session.append(ref, confirmPurchase(purchase, purchaseId, paymentId));
        }
        const after = session.state(ref);
        if (after?.status !== 'confirmed' || after.orderId === undefined) return { confirmed: false };
        return { confirmed: true, orderId: after.orderId };
      });
    },

    /** Compensates a purchase that ends without tickets: gives its claims back and says why. */
    release({ purchaseId, pools, ending }: Step & { ending: Ending }): Promise<void> {
      const purchase = purchaseRef(purchaseId);
      return step({ purchaseId, pools }, 'release', (session) => {
        const ended = endPurchase(session.state(purchase), ending);
        if (ended.length === 0) return;
        for (const name of pools) {
          const pool = session.state(poolRef(name));
          if (pool) session.append(poolRef(name), releaseTickets(pool, purchaseId));
        }
        session.append(purchase, ended);
      });
    },

    /** Records that a captured payment of an ended purchase was given back. */
    recordRefund({
      purchaseId,
      paymentId,
      amount,
    }: {
      purchaseId: string;
      paymentId: string;
      amount: Money;
    }): Promise<void> {
      const purchase = purchaseRef(purchaseId);
      return step({ purchaseId, pools: [] }, `refund/${paymentId}`, (session) => {
        session.append(purchase, refundPayment(session.state(purchase), { paymentId, amount }));
      });
    },
  };
}
