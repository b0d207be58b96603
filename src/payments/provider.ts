import type { Money } from '../domain';

/** A payment, as it is known without its card. */
export interface PaymentRef {
  /** Also the idempotency key: one payment id takes money once at the most. */
  paymentId: string;
  purchaseId: string;
  amount: Money;
}

export interface CaptureRequest extends PaymentRef {
  method: { type: string; token: string };
}

export type CaptureOutcome = { status: 'captured' } | { status: 'declined'; reason: string };

/** How a payment that must not stand was undone: money given back, or barred from ever being taken. */
export type Reversal = 'refunded' | 'voided';

/** What became of a payment of which nobody knew. */
export type Settlement = CaptureOutcome | { status: Reversal };

/** What boxoffice asks of whoever takes the money. Each call may be repeated with the same payment id. */
export interface PaymentProvider {
  /** Throws ProviderUnavailable (nothing was taken) or OutcomeUnknown (ask again by `find`). */
  capture(request: CaptureRequest): Promise<CaptureOutcome>;
  /** The settled outcome of a payment; undefined while there is none. */
  find(paymentId: string): Promise<CaptureOutcome | undefined>;
  /** Refunds what was captured, or voids the payment so that a capture still under way takes nothing. */
  reverse(payment: PaymentRef): Promise<Reversal>;
}

export class ProviderUnavailable extends Error {
  override readonly name = 'ProviderUnavailable';
}

/** The answer was lost: money may or may not have been taken. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}
