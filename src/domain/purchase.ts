import { z } from 'zod';
import { paymentMethods } from './contract';
import { givenCustomerId, shopName } from './customer';
import { asItWas, eventCodec } from './event-codec';
import { type Money, money, sum, totalMoney } from './money';
import { poolLimits } from './pool-events';
import type { Refusal } from './refusal';
import { invariant } from './refusal';
import { givenSeatLabel, seatLabel } from './seating';
import { plainText } from './text';

/** Where each limit of a purchase is set. */
export const purchaseLimits = { lines: 10, poolNameLength: 200 } as const;

export const paymentMethodType = z.enum(paymentMethods);

const ticket = z.object({ id: z.uuid(), price: money, seat: seatLabel.optional() });
/** As it was asked for: a quantity that makes no sense is rejected, and kept. */
const requestedItem = z.object({
  pool: z.string(),
  /** Of tickets; of the seats where those are named. */
  quantity: z.number(),
  seats: z.array(seatLabel).max(poolLimits.maxPerPurchase.most).optional(),
  /** Said of a numbered pool: whichever seats are the best. So it is without being said where no seats are named. */
  bestAvailable: z.boolean().optional(),
  /** The most that one ticket may cost. */
  maxUnitPrice: money.optional(),
});
const reservedItem = z.object({ pool: z.string(), quantity: z.int(), tickets: z.array(ticket) });
const instant = z.iso.datetime();
/** Who buys. A customer is their shop's: without one they are nobody's but the operators'. */
const buyer = { customerId: z.string(), shop: z.string().optional() };

export const purchaseEvents = {
  TicketsReserved: z.object({
    ...buyer,
    items: z.array(reservedItem),
    total: totalMoney,
    expiresAt: instant,
  }),
  PurchaseRejected: z.object({
    ...buyer,
    items: z.array(requestedItem),
    refusal: z.looseObject({ slug: z.string() }).transform((refusal) => refusal as Refusal),
  }),
  PaymentStarted: z.object({ paymentId: z.uuid(), method: paymentMethodType }),
  PaymentDeclined: z.object({ paymentId: z.uuid(), reason: z.string(), attemptsLeft: z.int() }),
  PurchaseConfirmed: z.object({ orderId: z.string(), paymentId: z.uuid(), total: totalMoney }),
  PurchaseExpired: z.object({ reason: z.string() }),
  PurchaseCancelled: z.object({ reason: z.string() }),
  PaymentFailed: z.object({ reason: z.string() }),
  PaymentRefunded: z.object({ paymentId: z.uuid(), amount: totalMoney }),
  /** It was barred from ever taking money. */
  PaymentVoided: z.object({ paymentId: z.uuid() }),
};
export type PurchaseEvent = {
  [Type in keyof typeof purchaseEvents]: { type: Type; data: z.infer<(typeof purchaseEvents)[Type]> };
}[keyof typeof purchaseEvents];

const holdEnded = 'the hold ended before it was paid';

export const purchaseCodec = eventCodec(purchaseEvents, {
  // What came with the second version says who may see the purchase: who does not know it must not keep it.
  TicketsReserved: { version: 2, upcasts: { 1: asItWas } },
  PurchaseRejected: { version: 2, upcasts: { 1: asItWas } },
  // The first version left the reason to the reader; now every ending says its own.
  PurchaseExpired: { version: 2, upcasts: { 1: () => ({ reason: holdEnded }) } },
});

/** In small letters: in capitals it would be another stream, and the same row of a table. */
const givenUuid = z.uuid().lowercase();

/** What a purchase's workflow is started with, also by hand; what no store could keep is not let in. */
export const purchaseRequest = z.object({
  purchaseId: givenUuid,
  customerId: givenCustomerId,
  shop: shopName.optional(),
  items: z
    .array(
      requestedItem.extend({
        pool: plainText(purchaseLimits.poolNameLength),
        seats: z.array(givenSeatLabel).max(poolLimits.maxPerPurchase.most).optional(),
      }),
    )
    .min(1)
    .max(purchaseLimits.lines)
    .refine(countsAlone, 'a line that says more than a quantity is the only one of its pool'),
  cart: z.object({ id: givenUuid, version: z.int().min(1) }).optional(),
});

/** Lines of one pool are counted together where they say nothing but a quantity. */
function countsAlone(items: readonly z.infer<typeof requestedItem>[]): boolean {
  return items.every(
    ({ pool, seats, maxUnitPrice }) =>
      (seats === undefined && maxUnitPrice === undefined) || items.filter((each) => each.pool === pool).length === 1,
  );
}

export type RequestedItem = z.infer<typeof requestedItem>;
export type ReservedItem = z.infer<typeof reservedItem>;

export type Payment =
  | { id: string; status: 'started' | 'captured' | 'refunded' | 'voided' }
  | { id: string; status: 'declined'; reason: string; attemptsLeft: number };

export type PurchaseStatus =
  | 'requested'
  | 'reserved'
  | 'paying'
  | 'confirmed'
  | 'rejected'
  | 'expired'
  | 'cancelled'
  | 'payment-failed'
  | 'refunded';

export interface RejectedPurchase {
  status: 'rejected';
  customerId: string;
  shop?: string | undefined;
  items: RequestedItem[];
  refusal: Refusal;
}

export interface ReservedPurchase {
  status: Exclude<PurchaseStatus, 'requested' | 'rejected'>;
  customerId: string;
  shop?: string | undefined;
  items: ReservedItem[];
  total: Money;
  expiresAt: string;
  payments: readonly Payment[];
  orderId?: string;
  /** Why it ended without tickets, in words for the customer. */
  reason?: string;
}

/** A purchase that was decided; before that its state is `undefined`. */
export type Purchase = RejectedPurchase | ReservedPurchase;

function withPayment(purchase: ReservedPurchase, payment: Payment): readonly Payment[] {
  return [...purchase.payments.filter(({ id }) => id !== payment.id), payment];
}

export function evolvePurchase(state: Purchase | undefined, event: PurchaseEvent): Purchase {
  if (event.type === 'TicketsReserved') return { status: 'reserved', payments: [], ...event.data };
  if (event.type === 'PurchaseRejected') return { status: 'rejected', ...event.data };
  invariant(state !== undefined && state.status !== 'rejected', () => `${event.type} before TicketsReserved`);
  switch (event.type) {
    case 'PaymentStarted':
      return {
        ...state,
        status: 'paying',
        payments: withPayment(state, { id: event.data.paymentId, status: 'started' }),
      };
    case 'PaymentDeclined': {
      const { paymentId: id, reason, attemptsLeft } = event.data;
      return {
        ...state,
        status: 'reserved',
        payments: withPayment(state, { id, status: 'declined', reason, attemptsLeft }),
      };
    }
    case 'PurchaseConfirmed': {
      const captured = withPayment(state, { id: event.data.paymentId, status: 'captured' });
      return { ...state, status: 'confirmed', orderId: event.data.orderId, payments: captured };
    }
    case 'PurchaseExpired':
      return { ...state, status: 'expired', reason: event.data.reason };
    case 'PurchaseCancelled':
      return { ...state, status: 'cancelled', reason: event.data.reason };
    case 'PaymentFailed':
      return { ...state, status: 'payment-failed', reason: event.data.reason };
    case 'PaymentRefunded':
      return {
        ...state,
        // A confirmed purchase keeps its tickets, and the payment that counts: this was another one.
        status: state.status === 'confirmed' ? 'confirmed' : 'refunded',
        payments: withPayment(state, { id: event.data.paymentId, status: 'refunded' }),
      };
    case 'PaymentVoided':
      return {
        ...state,
        status: state.status === 'paying' ? 'reserved' : state.status,
        payments: withPayment(state, { id: event.data.paymentId, status: 'voided' }),
      };
  }
}

export type OpenPurchase = ReservedPurchase & { status: 'reserved' | 'paying' };

/** Whether the purchase still holds its claims. */
export function isOpen(purchase: Purchase | undefined): purchase is OpenPurchase {
  return purchase?.status === 'reserved' || purchase?.status === 'paying';
}

export function reservedTotal(items: readonly ReservedItem[]): Money {
  const prices = items.flatMap(({ tickets }) => tickets.map(({ price }) => price));
  const first = prices[0];
  invariant(first !== undefined, () => 'a reservation without tickets');
  return sum(prices, first.currency);
}

/** Why a purchase ends without tickets. */
export type Ending =
  | { kind: 'expired' }
  | { kind: 'cancelled'; reason: string }
  | { kind: 'payment-failed'; reason: string };

export function endPurchase(purchase: Purchase | undefined, ending: Ending): PurchaseEvent[] {
  if (!isOpen(purchase)) return [];
  switch (ending.kind) {
    case 'expired':
      return [{ type: 'PurchaseExpired', data: { reason: holdEnded } }];
    case 'cancelled':
      return [{ type: 'PurchaseCancelled', data: { reason: ending.reason } }];
    case 'payment-failed':
      return [{ type: 'PaymentFailed', data: { reason: ending.reason } }];
  }
}
