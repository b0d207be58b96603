import { CancellationScope, condition, defineSignal, log, setHandler, sleep } from '@temporalio/workflow';
import { type PaymentSignal, paymentMethods, purchaseSignals, type SaleStoppedSignal } from '../src/domain/contract';

export const paymentSignal = defineSignal<[PaymentSignal]>(purchaseSignals.payment);
export const cancelSignal = defineSignal(purchaseSignals.cancel);
export const saleStoppedSignal = defineSignal<[SaleStoppedSignal]>(purchaseSignals.saleStopped);

export type Message =
  | { kind: 'payment'; payment: PaymentSignal }
  | { kind: 'ended'; reason: string }
  | { kind: 'timeout' };

/** What customers and the pool have said to a purchase that it has not acted on yet. */
export class PurchaseInbox {
  private readonly payments: PaymentSignal[] = [];
  private readonly seen = new Set<string>();
  private endReason: string | undefined;
  private deadline = Number.POSITIVE_INFINITY;
  private timeUp = false;

  constructor() {
    setHandler(paymentSignal, (payment) => this.take(payment));
    setHandler(cancelSignal, () => this.end('cancelled by the customer'));
    setHandler(saleStoppedSignal, (signal) => this.end(`the sale was stopped: ${inOneLine(signal?.reason)}`));
  }

  /** Why the purchase must end now, where anybody said so. */
  get ended(): string | undefined {
    return this.endReason;
  }

  /** Whether the hold's time is up. */
  get over(): boolean {
    return this.timeUp || Date.now() >= this.deadline;
  }

  /**
   * Starts the hold's timer, to end at `deadline` (workflow time in milliseconds). One for the whole purchase: nothing
   * prolongs a hold, and a cancellation of the workflow needs no timer to be heard.
   */
  hold(deadline: number): void {
    this.deadline = deadline;
    const left = Math.max(0, deadline - Date.now());
    void CancellationScope.nonCancellable(() => sleep(left, { summary: 'the hold ends' })).then(() => {
      this.timeUp = true;
    });
  }

  /** The next thing to act on; waits until the hold is over at the most. */
  async next(): Promise<Message> {
    await condition(() => this.over || this.endReason !== undefined || this.payments.length > 0);
    // A message that was there in time but is read only now (the workers were away) is too late: the hold is over.
    if (this.over) return { kind: 'timeout' };
    if (this.endReason !== undefined) return { kind: 'ended', reason: this.endReason };
    const payment = this.payments.shift();
    return payment ? { kind: 'payment', payment } : { kind: 'timeout' };
  }

  private take(payment: PaymentSignal): void {
    if (!isPayment(payment)) log.warn('a payment signal was not understood and changed nothing');
    else if (!this.seen.has(payment.paymentId)) {
      this.seen.add(payment.paymentId);
      this.payments.push(payment);
    }
  }

  private end(reason: string): void {
    this.endReason ??= reason;
  }
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const token = /^[^\p{Cc}\p{Cs}]{1,200}$/u;
const reasonLimit = 500;

/** Signals also come by hand from Temporal's CLI: what Postgres or the provider could not store is not let in. */
function isPayment(signal: Partial<PaymentSignal> | undefined | null): signal is PaymentSignal {
  const { paymentId, method } = signal ?? {};
  return (
    typeof paymentId === 'string' &&
    uuid.test(paymentId) &&
    paymentMethods.some((known) => known === method?.type) &&
    typeof method?.token === 'string' &&
    token.test(method.token)
  );
}

function inOneLine(reason: unknown): string {
  if (typeof reason !== 'string') return 'no reason given';
  return reason.slice(0, reasonLimit).replace(/[\p{Cc}\p{Cs}]+/gu, ' ');
}
