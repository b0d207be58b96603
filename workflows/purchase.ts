import {
  CancellationScope,
  defineQuery,
  isCancellation,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { CaptureRequest } from '../activities';
import {
  type PaymentSignal,
  type PurchaseRequest,
  type PurchaseState,
  paymentAttempts,
  searchAttributes,
  statusQuery,
} from '../src/domain/contract';
import type { Money } from '../src/domain/money';
import type { Ending, PurchaseStatus } from '../src/domain/purchase';
import { confirm, declinePayment, recordRefund, release, reserve, reverse, startPayment } from './activities';
import { captureInTime } from './capture-in-time';
import { requirePurchaseRequest } from './input';
import { PurchaseInbox } from './purchase-inbox';
import { keyword } from './search-attributes';

export const purchaseStatus = defineQuery<PurchaseState>(statusQuery);

/** Sells one purchase: reserve, wait for payment until the hold ends, then confirm or compensate. Returns how it ended. */
export async function purchase(request: PurchaseRequest): Promise<PurchaseState> {
  requirePurchaseRequest(request);
  return new Sale(request).run();
}

type Bargain = { kind: 'paid'; paymentId: string } | { kind: 'ended'; ending: Ending };

class Sale {
  private readonly inbox = new PurchaseInbox();
  private readonly state: PurchaseState;
  private readonly step: { purchaseId: string; pools: string[] };
  private total: Money | undefined;
  /** A capture whose outcome is not known, or whose money must not stay: reversed when the purchase ends. */
  private doubtful: CaptureRequest | undefined;

  constructor(private readonly request: PurchaseRequest) {
    const { purchaseId, customerId } = request;
    this.step = { purchaseId, pools: request.items.map(({ pool }) => pool) };
    this.state = { status: 'requested', purchaseId, customerId, attemptsLeft: paymentAttempts };
    setHandler(purchaseStatus, () => this.state);
  }

  async run(): Promise<PurchaseState> {
    const reservation = await CancellationScope.nonCancellable(() => reserve(this.request));
    if (!reservation.reserved) {
      return this.become('rejected', `Refused: ${reservation.refusal.slug}.`);
    }
    this.total = reservation.total;
    this.inbox.hold(Date.now() + reservation.holdMilliseconds);
    this.state.expiresAt = reservation.expiresAt;
    this.become('reserved', `Holding ${this.tickets()} until ${reservation.expiresAt}, waiting for payment.`);
    const bargain = await this.bargain();
    return CancellationScope.nonCancellable(() => this.settle(bargain));
  }

  private async bargain(): Promise<Bargain> {
    try {
      for (;;) {
        const message = await this.inbox.next();
        switch (message.kind) {
          case 'timeout':
            return { kind: 'ended', ending: { kind: 'expired' } };
          case 'ended':
            return { kind: 'ended', ending: { kind: 'cancelled', reason: message.reason } };
          case 'payment': {
            const paid = await this.pay(message.payment);
            if (paid) return paid;
          }
        }
      }
    } catch (error) {
      if (!isCancellation(error)) throw error;
      return { kind: 'ended', ending: { kind: 'cancelled', reason: 'cancelled by an operator' } };
    }
  }

  /** Takes one payment; undefined when it was declined and another may be tried. */
  private async pay({ paymentId, method }: PaymentSignal): Promise<Bargain | undefined> {
    const { purchaseId } = this.step;
    if (!this.total) throw new Error('a payment without a reservation');
    const request: CaptureRequest = { paymentId, purchaseId, amount: this.total, method };
    await startPayment({ purchaseId, paymentId, method: method.type });
    this.become('paying', `Taking payment ${paymentId} for ${this.tickets()}.`);
    this.doubtful = request;
    const outcome = await captureInTime(request, this.inbox);
    if (outcome === 'given up') {
      const reason = this.inbox.ended;
      return { kind: 'ended', ending: reason === undefined ? { kind: 'expired' } : { kind: 'cancelled', reason } };
    }
    if (outcome.status === 'captured') return { kind: 'paid', paymentId };
    this.doubtful = undefined;
    this.state.attemptsLeft -= 1;
    const { attemptsLeft } = this.state;
    await declinePayment({ purchaseId, paymentId, reason: outcome.reason, attemptsLeft });
    if (attemptsLeft === 0) {
      return { kind: 'ended', ending: { kind: 'payment-failed', reason: outcome.reason } };
    }
    this.become(
      'reserved',
      `Payment declined (${outcome.reason}); ${attemptsLeft} attempts left until ${this.state.expiresAt}.`,
    );
    return undefined;
  }

  /** Confirms what was paid, or compensates. Runs to its end whatever else happens. */
  private async settle(bargain: Bargain): Promise<PurchaseState> {
    if (bargain.kind === 'paid') {
      const outcome = await confirm({ ...this.step, paymentId: bargain.paymentId });
      if (outcome.confirmed) {
        this.state.orderId = outcome.orderId;
        return this.become('confirmed', `Order ${outcome.orderId}: ${this.tickets()} sold.`);
      }
    }
    const ending: Ending =
      bargain.kind === 'ended' ? bargain.ending : { kind: 'cancelled', reason: 'its tickets were no longer held' };
    await release({ ...this.step, ending });
    const why = ending.kind === 'expired' ? 'the hold ended before it was paid' : ending.reason;
    this.become(ending.kind, `Gave back ${this.tickets()}: ${why}.`);
    if (this.doubtful) await this.refund(this.doubtful);
    return this.state;
  }

  private async refund(request: CaptureRequest): Promise<void> {
    const { purchaseId, paymentId, amount } = request;
    if ((await reverse(request)) === 'voided') return;
    await recordRefund({ purchaseId, paymentId, amount });
    this.become('refunded', `Gave back ${this.tickets()} and refunded payment ${paymentId}.`);
  }

  private tickets(): string {
    return this.request.items.map(({ pool, quantity }) => `${quantity} × ${pool}`).join(', ');
  }

  private become(status: PurchaseStatus, details: string): PurchaseState {
    this.state.status = status;
    setCurrentDetails(details);
    upsertSearchAttributes([keyword(searchAttributes.status, status)]);
    return this.state;
  }
}
