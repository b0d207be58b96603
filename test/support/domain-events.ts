import type { Ending, Money, PoolEvent, PoolSettings, PurchaseEvent, Quote, ReservedItem } from '../../src/domain';

export const euros = (amount: number): Money => ({ amount: Math.round(amount * 100), currency: 'EUR' });

/** The sale of a pool of ten tickets at 50 euros, changed where a test says so. */
export const poolSettings = (changes: Partial<PoolSettings> = {}): PoolSettings => ({
  name: 'spring-gig',
  title: 'Spring Gig',
  promoter: 'pat',
  capacity: 10,
  price: euros(50),
  maxPerPurchase: 4,
  holdSeconds: 300,
  ...changes,
});

export const poolCreated = (changes: Partial<PoolSettings> = {}): PoolEvent => ({
  type: 'PoolCreated',
  data: poolSettings(changes),
});

export const flatQuote = (sharePercent = 0): Quote => ({ rule: 2, sharePercent, factors: [] });

export const claimed = (
  purchaseId: string,
  ticketId: string,
  price = euros(50),
  quote = flatQuote(),
  named: { seat?: string; customerId?: string; shop?: string | undefined; heldUntil?: string } = {},
): PoolEvent => ({
  type: 'TicketClaimed',
  data: { ticketId, purchaseId, price, quote, ...named },
});

export const released = (purchaseId: string, ticketId: string): PoolEvent => ({
  type: 'TicketReleased',
  data: { ticketId, purchaseId },
});

export const bought = (purchaseId: string, ticketId: string, price = euros(50)): PoolEvent => ({
  type: 'TicketBought',
  data: { ticketId, purchaseId, price },
});

export const stopped = (reason = 'a storm is coming', holds: 'release' | 'honour' = 'release'): PoolEvent => ({
  type: 'SalesStopped',
  data: { reason, holds },
});

export const ticketsReserved = (
  changes: Partial<{ items: ReservedItem[]; total: Money; expiresAt: string }> = {},
): PurchaseEvent => ({
  type: 'TicketsReserved',
  data: {
    customerId: 'alice',
    items: [{ pool: 'spring-gig', quantity: 1, tickets: [{ id: 't-1', price: euros(50) }] }],
    total: euros(50),
    expiresAt: '2026-03-01T12:05:00.000Z',
    ...changes,
  },
});

export const purchaseRejected = (): PurchaseEvent => ({
  type: 'PurchaseRejected',
  data: {
    customerId: 'alice',
    items: [{ pool: 'spring-gig', quantity: 1 }],
    refusal: { slug: 'sales-not-open', pool: 'spring-gig' },
  },
});

export const paymentStarted = (paymentId: string): PurchaseEvent => ({
  type: 'PaymentStarted',
  data: { paymentId, method: 'creditCard' },
});

export const paymentDeclined = (paymentId: string, attemptsLeft: number): PurchaseEvent => ({
  type: 'PaymentDeclined',
  data: { paymentId, reason: 'card declined', attemptsLeft },
});

export const paymentVoided = (paymentId: string): PurchaseEvent => ({ type: 'PaymentVoided', data: { paymentId } });

/** Every way in which a purchase ends without tickets. */
export const purchaseEndings: readonly { ending: Ending; event: PurchaseEvent; status: Ending['kind'] }[] = [
  {
    ending: { kind: 'expired' },
    event: { type: 'PurchaseExpired', data: { reason: 'the hold ended before it was paid' } },
    status: 'expired',
  },
  {
    ending: { kind: 'cancelled', reason: 'changed my mind' },
    event: { type: 'PurchaseCancelled', data: { reason: 'changed my mind' } },
    status: 'cancelled',
  },
  {
    ending: { kind: 'payment-failed', reason: 'card declined' },
    event: { type: 'PaymentFailed', data: { reason: 'card declined' } },
    status: 'payment-failed',
  },
];
