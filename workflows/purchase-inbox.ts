import { CancellationScope, condition, defineSignal, log, setHandler, sleep } from '@temporalio/workflow';
import { type PaymentSignal, paymentMethods, purchaseSignals, type SaleStoppedSignal } from '../src/domain/contract';
import { isVisible } from '../src/domain/same-text';

export const paymentSignal = defineSignal<[PaymentSignal]>(purchaseSignals.payment);
export const cancelSignal = defineSignal(purchaseSignals.cancel);
export const saleStoppedSignal = defineSignal<[SaleStoppedSignal]>(purchaseSignals.saleStopped);

/** Payments that wait for their turn at the most. Fewer may be tried, so that one more could never be. */
const waitingPayments = 10;

export type Message =
  | { kind: 'payment'; payment: PaymentSignal }
  | { kind: 'ended'; reason: string }
  | { kind: 'timeout' };

/**
 * What customers and the pool have said to a purchase that it has not acted on yet, in the order it came, and its time
 * last. A worker that was frozen may have acted on the first of it without having seen the rest: whoever replays it then
 * sees all at once, and must go the same way.
 */
export class PurchaseInbox {
  private readonly messages: Exclude<Message, { kind: 'timeout' }>[] = [];
  private readonly seen = new Set<string>();
  private endReason: string | undefined;
  private timeUp = false;
  private dropped = false;

  constructor() {
    setHandler(paymentSignal, (payment) => this.take(payment));
    setHandler(cancelSignal, () => this.end('cancelled by the customer'));
    setHandler(saleStoppedSignal, (signal) => this.end(`the sale was stopped: ${inOneLine(signal?.reason)}`));
  }

  /** Why the purchase must end now, where anybody said so. */
  get ended(): string | undefined {
    return this.endReason;
  }

  /** Whether the hold's timer has fired. */
  get over(): boolean {
    return this.timeUp;
  }

  /**
   * Starts the hold's timer. One for the whole purchase: nothing prolongs a hold, and a cancellation of the workflow
   * needs no timer to be heard.
   */
  hold(milliseconds: number): void {
    void CancellationScope.nonCancellable(() => sleep(milliseconds, { summary: 'the hold ends' })).then(() => {
      this.timeUp = true;
    });
  }

  /** The next thing to act on; waits until the hold is over at the most. */
  async next(): Promise<Message> {
    await condition(() => this.timeUp || this.messages.length > 0);
    return this.messages.shift() ?? { kind: 'timeout' };
  }

  /** Whether this payment is still to be acted on. */
  holds(paymentId: string): boolean {
    return this.messages.some((message) => message.kind === 'payment' && message.payment.paymentId === paymentId);
  }

  private take(payment: PaymentSignal): void {
    if (!isPayment(payment)) log.warn('a payment signal was not understood and changed nothing');
    else if (!this.seen.has(payment.paymentId)) this.accept(payment);
  }

  private accept(payment: PaymentSignal): void {
    if (this.messages.length < waitingPayments) {
      this.seen.add(payment.paymentId);
      this.messages.push({ kind: 'payment', payment });
    } else if (!this.dropped) {
      this.dropped = true;
      log.warn('more payments than can be tried: the rest is not taken', { waitingPayments });
    }
  }

  private end(reason: string): void {
    if (this.endReason !== undefined) return;
    this.endReason = reason;
    this.messages.push({ kind: 'ended', reason });
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
  if (typeof reason !== 'string' || !isVisible(reason)) return 'no reason given';
  return reason
    .slice(0, reasonLimit)
    .replace(/[\p{Cc}\p{Cs}]+/gu, ' ')
    .normalize('NFC');
}
