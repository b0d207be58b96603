import { CancellationScope, condition, log, patched, sleep } from '@temporalio/workflow';
import { type PaymentSignal, paymentMethods, purchaseSignals } from '../src/domain/contract';
import { isVisible } from '../src/domain/same-text';
import { hearSignals } from './hearing';
import { type Arrived, mustContinueAsNew } from './run-length';

/** Payments that wait for their turn at the most. Fewer may be tried, so that one more could never be. */
const waitingPayments = 10;

export type Message =
  | { kind: 'payment'; payment: PaymentSignal }
  | { kind: 'ended'; reason: string }
  | { kind: 'timeout' }
  /** The run is long, and nothing is to be acted on: the next one is to go on. */
  | { kind: 'long' };

type Said = Extract<Message, { kind: 'payment' | 'ended' }>;

/** Purchases that were begun by the release before go on in one run as long as they are replayed. */
const goOnAnew = 'long-purchases-continue-as-new';

/**
 * What customers and the pool have said to a purchase that it has not acted on yet, in the order it came, and its time
 * last. A worker that was frozen may have acted on the first of it without having seen the rest: whoever replays it then
 * sees all at once, and must go the same way.
 */
export class PurchaseInbox {
  private readonly messages: Said[] = [];
  private readonly seen = new Set<string>();
  private endReason: string | undefined;
  private timeUp = false;
  private readonly warned = new Set<string>();
  private readonly arrivals: Arrived;

  constructor() {
    this.arrivals = hearSignals(Object.values(purchaseSignals), (name, input) => this.hear(name, input));
  }

  /** Why the purchase must end now, where anybody said so. */
  get ended(): string | undefined {
    return this.endReason;
  }

  /** Whether the hold's time is up: its timer has fired, or it was over when the run began. */
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

  /** Instead of a timer, where the hold was over when the run began. */
  endHold(): void {
    this.timeUp = true;
  }

  /** The next thing to act on; waits until the hold is over at the most. */
  async next(): Promise<Message> {
    await condition(() => this.timeUp || this.messages.length > 0 || this.isLong);
    return this.messages.shift() ?? { kind: this.timeUp ? 'timeout' : 'long' };
  }

  private get isLong(): boolean {
    return mustContinueAsNew({ isBusy: false, arrived: this.arrivals }) && patched(goOnAnew);
  }

  /** Whether this payment is still to be acted on. */
  holds(paymentId: string): boolean {
    return this.messages.some((message) => message.kind === 'payment' && message.payment.paymentId === paymentId);
  }

  private hear(name: string, input: unknown): void {
    switch (name) {
      case purchaseSignals.payment:
        this.take(input);
        break;
      case purchaseSignals.cancel:
        this.end('cancelled by the customer');
        break;
      case purchaseSignals.saleStopped:
        this.end(`the sale was stopped: ${reasonIn(input)}`);
        break;
      default:
        this.warn('a signal is not known and changed nothing');
    }
  }

  private take(given: unknown): void {
    const payment = isPayment(given) ? { ...given, paymentId: given.paymentId.toLowerCase() } : undefined;
    if (!payment) this.warn('a payment signal was not understood and changed nothing');
    else if (this.seen.has(payment.paymentId)) return;
    else if (this.messages.length >= waitingPayments)
      this.warn('more payments than can be tried: the rest is not taken');
    else {
      this.seen.add(payment.paymentId);
      this.messages.push({ kind: 'payment', payment });
    }
  }

  /** Once for each kind of mistake: thousands may come. */
  private warn(words: string): void {
    if (this.warned.has(words)) return;
    this.warned.add(words);
    log.warn(words);
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
function isPayment(signal: unknown): signal is PaymentSignal {
  const { paymentId, method } = (signal ?? {}) as Partial<PaymentSignal>;
  return (
    typeof paymentId === 'string' &&
    uuid.test(paymentId) &&
    paymentMethods.some((known) => known === method?.type) &&
    typeof method?.token === 'string' &&
    token.test(method.token)
  );
}

function reasonIn(signal: unknown): string {
  const { reason } = (signal ?? {}) as { reason?: unknown };
  if (typeof reason !== 'string' || !isVisible(reason)) return 'no reason given';
  return reason
    .slice(0, reasonLimit)
    .replace(/[\p{Cc}\p{Cs}]+/gu, ' ')
    .normalize('NFC');
}
