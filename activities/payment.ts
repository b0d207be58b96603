import type { CaptureOutcome, CaptureRequest, PaymentProvider, Reversal } from '../src/payments';

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

    reverse(request: CaptureRequest): Promise<Reversal> {
      return beating(() => provider.reverse(request));
    },
  };
}
