import type {
  CaptureOutcome,
  CaptureRequest,
  PaymentProvider,
  PaymentRef,
  Reversal,
  Settlement,
} from '../src/payments';

const beatMilliseconds = 1_000;

/** What leaves the house. Each may be retried: the payment id is the provider's idempotency key. */
export function createPaymentActivities({
  provider,
  isRetry,
  progress,
}: {
  provider: PaymentProvider;
  isRetry(): boolean;
  /** Called as work goes on: a long activity's heartbeat. */
  progress(): void;
}) {
  /** Beats while the provider is asked: a worker that dies meanwhile is missed at once, however slow providers may be. */
  async function beating<Result>(ask: () => Promise<Result>): Promise<Result> {
    const beats = setInterval(progress, beatMilliseconds);
    return ask().finally(() => clearInterval(beats));
  }

  return {
    /** A retry asks by the key first: an earlier attempt may have taken the money and lost the answer. */
    capture(request: CaptureRequest): Promise<CaptureOutcome> {
      return beating(async () => {
        const settled = isRetry() ? await provider.find(request.paymentId) : undefined;
        return settled ?? provider.capture(request);
      });
    },

    reverse(payment: PaymentRef): Promise<Reversal> {
      return beating(() => provider.reverse(payment));
    },

    /** A payment that somebody began, and nobody knows the end of: what the provider knows counts, else it is barred. */
    settle(payment: PaymentRef): Promise<Settlement> {
      return beating(async () => {
        const known = await provider.find(payment.paymentId);
        return known ?? { status: await provider.reverse(payment) };
      });
    },
  };
}
