import type { CaptureOutcome, CaptureRequest, PaymentProvider, Reversal } from '../src/payments';

/** What leaves the house. Each may be retried: the payment id is the provider's idempotency key. */
export function createPaymentActivities({ provider, isRetry }: { provider: PaymentProvider; isRetry(): boolean }) {
  return {
    /** A retry asks by the key first: an earlier attempt may have taken the money and lost the answer. */
    async capture(request: CaptureRequest): Promise<CaptureOutcome> {
      const settled = isRetry() ? await provider.find(request.paymentId) : undefined;
      return settled ?? provider.capture(request);
    },

    reverse(request: CaptureRequest): Promise<Reversal> {
      return provider.reverse(request);
    },
  };
}
