import { condition, defineSignal, log, setHandler } from '@temporalio/workflow';
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

  constructor() {
    setHandler(paymentSignal, (payment) => this.take(payment));
    setHandler(cancelSignal, () => this.end('cancelled by the customer'));
    setHandler(saleStoppedSignal, (signal) => this.end(`the sale was stopped: ${inOneLine(signal?.reason)}`));
  }

  /** Why the purchase must end now, where anybody said so. */
  get ended(): string | undefined {
    return this.endReason;
  }

  /** The next thing to act on, waiting until `deadline` (workflow time in milliseconds) at the most. */
  async next(deadline: number): Promise<Message> {
    const waiting = () => this.endReason !== undefined || this.payments.length > 0;
    const left = deadline - Date.now();
    // A message that was there in time but is read after the deadline (the workers were away) is too late: the hold is over.
    if (left <= 0 || !(waiting() || (await condition(waiting, left))) || Date.now() >= deadline)
      return { kind: 'timeout' };
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
