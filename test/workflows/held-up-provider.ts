import {
  type CaptureOutcome,
  type CaptureRequest,
  type PaymentProvider,
  type PaymentRef,
  ProviderUnavailable,
  type Reversal,
} from '../../src/payments';

type Place = 'before the money is taken' | 'after the money was taken';

interface HoldUp {
  place: Place;
  over: Promise<void>;
  end(): void;
  /** What the simulator says to the capture that was held up. */
  outcome: Promise<CaptureOutcome>;
  report(outcome: CaptureOutcome): void;
}

/** The payment simulator at the end of a line on which a test holds single captures up. */
export class HeldUpProvider implements PaymentProvider {
  private readonly holdUps = new Map<string, HoldUp>();
  private isAway = false;

  constructor(private readonly simulator: PaymentProvider) {}

  /** From now on the capture of the payment stands still at the place, until what is returned is called. */
  holdUp(paymentId: string, place: Place): () => Promise<CaptureOutcome> {
    const { promise: over, settle: end } = promised<void>();
    const { promise: outcome, settle: report } = promised<CaptureOutcome>();
    this.holdUps.set(paymentId, { place, over, end, outcome, report });
    return () => {
      end();
      return outcome;
    };
  }

  /** From now on nobody answers, until what is returned is called. */
  goAway(): () => void {
    this.isAway = true;
    return () => {
      this.isAway = false;
    };
  }

  endHoldUps(): void {
    for (const { end } of this.holdUps.values()) end();
  }

  async capture(request: CaptureRequest): Promise<CaptureOutcome> {
    this.answer();
    const holdUp = this.holdUps.get(request.paymentId);
    if (holdUp?.place === 'before the money is taken') await holdUp.over;
    const outcome = await this.simulator.capture(request);
    holdUp?.report(outcome);
    if (holdUp?.place === 'after the money was taken') await holdUp.over;
    return outcome;
  }

  async find(paymentId: string): Promise<CaptureOutcome | undefined> {
    this.answer();
    return this.simulator.find(paymentId);
  }

  async reverse(request: PaymentRef): Promise<Reversal> {
    this.answer();
    return this.simulator.reverse(request);
  }

  private answer(): void {
    if (this.isAway) throw new ProviderUnavailable('the payment provider is away');
  }
}

function promised<Value>(): { promise: Promise<Value>; settle(value: Value): void } {
  let settle: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
}
