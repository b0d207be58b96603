import {
  buyTickets,
  checkOut,
  checkoutRefusal,
  confirmPurchase,
  type Ending,
  endPurchase,
  isOpen,
  isPaidBy,
  type Money,
  type Purchase,
  type PurchaseRequest,
  purchaseRequest,
  type Refusal,
  rejectPurchase,
  releaseTickets,
  reserveTickets,
  type Standing,
  saleEnded,
  standingOf,
} from '../src/domain';
import type { GroupCommit, Session } from '../src/store';
import { purchaseSteps, type Step } from './purchase-step';
import { cartRef, poolRef, purchaseRef } from './streams';

export type ReserveOutcome =
  | {
      reserved: true;
      total: Money;
      expiresAt: string;
      holdMilliseconds: number;
      /** Where the purchase was there before: how far it had come. */
      resumed?: Standing;
    }
  | { reserved: false; refusal: Refusal };

/** Not confirmed: the tickets are not to be had any more, perhaps for this reason, and the payment must be reversed. */
export type ConfirmOutcome = { confirmed: true; orderId: string } | { confirmed: false; reason?: string };

/** What a purchase does to its own stream and those of its pools: each step one decision, safe to repeat. */
export function createPurchaseActivities({ committer, now }: { committer: GroupCommit; now(): Date }) {
  const { step, stepOnItems } = purchaseSteps(committer);

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

  function reserved(purchase: Purchase, resumed?: Standing): ReserveOutcome {
    if (purchase.status === 'rejected') return { reserved: false, refusal: purchase.refusal };
    const { total, expiresAt } = purchase;
    const holdMilliseconds = Math.max(0, Date.parse(expiresAt) - now().getTime());
    return { reserved: true, total, expiresAt, holdMilliseconds, ...(resumed && { resumed }) };
  }

  const known = (before: Purchase) => reserved(before, before.status === 'rejected' ? undefined : standingOf(before));

  async function resume(purchaseId: unknown): Promise<ReserveOutcome | undefined> {
    const id = purchaseRequest.shape.purchaseId.safeParse(purchaseId);
    if (!id.success) return undefined;
    return step({ purchaseId: id.data, pools: [] }, 'resume', (session) => {
      const before = session.state(purchaseRef(id.data));
      return before && known(before);
    });
  }

  return {
    /**
     * Claims all lines or none, and closes the cart that they come from with them; a refusal is recorded, is an outcome,
     * and leaves the cart open. Throws a ZodError for what is no request.
     */
    async reserve(given: PurchaseRequest): Promise<ReserveOutcome> {
      const parsed = purchaseRequest.safeParse(given);
      // What was asked for under older rules goes on all the same.
      const resumed = parsed.success ? undefined : await resume(given.purchaseId);
      if (resumed) return resumed;
      const request = purchaseRequest.parse(given);
      const pools = request.items.map(({ pool }) => pool);
      const purchase = purchaseRef(request.purchaseId);
      return step(
        { purchaseId: request.purchaseId, pools, cartId: request.cart?.id },
        'reserve',
        (session) => {
          const before = session.state(purchase);
          if (before) return known(before);
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

    /** Turns the claims into tickets, where this is the payment that counts and the sale goes on. */
    confirm({ paymentId, ...purchase }: Step & { paymentId: string }): Promise<ConfirmOutcome> {
      const ref = purchaseRef(purchase.purchaseId);
      return stepOnItems(purchase, 'confirm', (session, before): ConfirmOutcome => {
        const confirmed = confirmPurchase(before, purchase.purchaseId, paymentId);
        if (isOpen(before) && confirmed.length > 0) {
          const bought = before.items.map((item) => {
            const pool = session.state(poolRef(item.pool));
            const events = pool ? buyTickets(pool, purchase.purchaseId) : [];
            return { item, events, ended: pool && saleEnded(pool) };
          });
          const ended = bought.find((each) => each.ended !== undefined)?.ended;
          if (ended !== undefined) return { confirmed: false, reason: ended };
          if (bought.some(({ item, events }) => events.length !== item.quantity)) return { confirmed: false };
          for (const { item, events } of bought) session.append(poolRef(item.pool), events);
          session.append(ref, confirmed);
        }
        const after = session.state(ref);
        if (!isPaidBy(after, paymentId) || after.orderId === undefined) return { confirmed: false };
        return { confirmed: true, orderId: after.orderId };
      });
    },

    /** Compensates a purchase that ends without tickets: gives its claims back and says why. Says how it stands then. */
    release({ ending, ...purchase }: Step & { ending: Ending }): Promise<Standing> {
      const ref = purchaseRef(purchase.purchaseId);
      return stepOnItems(purchase, 'release', (session, before) => {
        const ended = endPurchase(before, ending);
        if (isOpen(before) && ended.length > 0) {
          for (const item of before.items) {
            const pool = session.state(poolRef(item.pool));
            if (pool) session.append(poolRef(item.pool), releaseTickets(pool, purchase.purchaseId));
          }
          session.append(ref, ended);
        }
        return standingOf(session.state(ref));
      });
    },
  };
}
