import {
  CancellationScope,
  continueAsNew,
  defineQuery,
  isCancellation,
  patched,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import {
  type PaymentSignal,
  type PurchaseRequest,
  type PurchaseState,
  paymentAttempts,
  searchAttributes,
  statusQuery,
} from '../src/domain/contract';
import type { Money } from '../src/domain/money';
import type { PaymentStart, Standing } from '../src/domain/paying';
import type { Ending, PurchaseStatus } from '../src/domain/purchase';
import {
  capture,
  confirm,
  declinePayment,
  recordRefund,
  recordVoid,
  release,
  reserve,
  reverse,
  settle,
  startPayment,
} from './activities';
import { captureWithGraceTimer, inTime } from './capture-in-time';
import { requirePurchaseRequest } from './input';
import { PurchaseInbox } from './purchase-inbox';
import { keyword } from './search-attributes';

export const purchaseStatus = defineQuery<PurchaseState>(statusQuery);

/** Sells one purchase: reserve, wait for payment until the hold ends, then confirm or compensate. Returns how it ended. */
export async function purchase(request: PurchaseRequest): Promise<PurchaseState> {
  requirePurchaseRequest(request);
  return new Sale(request).run();
}

/** Runs of an earlier version that began after the hold's end started a timer for it all the same, which a flood of signals kept from firing. */
const needsNoTimer = 'an-ended-hold-needs-no-timer';

type Bargain = { kind: 'paid'; paymentId: string } | { kind: 'ended'; ending: Ending };

const ended = (ending: Ending): Bargain => ({ kind: 'ended', ending });
const expired = ended({ kind: 'expired' });
const inWords = (ending: Ending) => (ending.kind === 'expired' ? 'the hold ended before it was paid' : ending.reason);
const cancelled = (reason: string) => ended({ kind: 'cancelled', reason });

/**
 * One run over a purchase. What may happen is decided by its steps, from its stream and the time they are handed: a run that
 * begins anew, or again from the middle, goes on where the stream stands.
 */
class Sale {
  private readonly inbox = new PurchaseInbox();
  private readonly state: PurchaseState;
  private readonly step: { purchaseId: string; pools: string[] };
  private total: Money | undefined;
  /** In workflow time (milliseconds); for limits alone, never for a choice. */
  private holdEnds = 0;
  /** Of purchases whose steps did not say yet how they stand: the payment whose outcome is not known. */
  private doubtful: string | undefined;

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
    const { total, expiresAt, holdMilliseconds, resumed } = reservation;
    this.total = total;
    this.state.expiresAt = expiresAt;
    if (resumed) {
      this.adopt(resumed);
      const isOpen = resumed.status === 'reserved' || resumed.status === 'paying';
      if (!isOpen) return CancellationScope.nonCancellable(() => this.settle(expired));
    }
    this.holdEnds = Date.now() + holdMilliseconds;
    if (resumed && holdMilliseconds === 0 && patched(needsNoTimer)) this.inbox.endHold();
    else this.inbox.hold(holdMilliseconds);
    this.become('reserved', `Holding ${this.tickets()} until ${expiresAt}, waiting for payment.`);
    const bargain = await this.bargain(resumed);
    return CancellationScope.nonCancellable(() => this.settle(bargain));
  }

  private async bargain(resumed: Standing | undefined): Promise<Bargain> {
    try {
      if (resumed?.attemptsLeft === 0) return ended({ kind: 'payment-failed', reason: resumed.declined ?? 'declined' });
      for (const paymentId of resumed?.unsettled ?? []) {
        const found = this.inbox.holds(paymentId) ? undefined : await this.findOut(paymentId);
        if (found) return found;
      }
      for (;;) {
        const message = await this.inbox.next();
        switch (message.kind) {
          case 'timeout':
            return expired;
          case 'long':
            return continueAsNew<typeof purchase>(this.request);
          case 'ended':
            return cancelled(message.reason);
          case 'payment': {
            const paid = await this.pay(message.payment);
            if (paid) return paid;
          }
        }
      }
    } catch (error) {
      if (!isCancellation(error)) throw error;
      return cancelled('cancelled by an operator');
    }
  }

  /** Takes one payment; undefined when it was declined and another may be tried. */
  private async pay(payment: PaymentSignal): Promise<Bargain | undefined> {
    const { paymentId, method } = payment;
    // Of a purchase that began before this step had an outcome there is none.
    const start: PaymentStart | undefined = await startPayment({ ...this.step, paymentId, method: method.type });
    switch (start?.status) {
      case 'closed':
      case 'hold-ended':
        return expired;
      case 'sale-ended':
        return cancelled(start.reason);
      case 'settled':
        return undefined;
      case 'unsettled':
        return (await this.findOut(start.paymentId)) ?? this.pay(payment);
    }
    this.become('paying', `Taking payment ${paymentId} for ${this.tickets()}.`);
    this.doubtful = paymentId;
    const request = { ...this.payment(paymentId), method };
    const outcome = start
      ? await inTime(capture, request, this.inbox, this.holdEnds)
      : await captureWithGraceTimer(request, this.inbox);
    if (outcome === 'given up') return this.givenUp();
    if (outcome.status === 'captured') return { kind: 'paid', paymentId };
    return this.declined(paymentId, outcome.reason);
  }

  /** A payment that an earlier run began: what became of it decides how this one goes on. */
  private async findOut(paymentId: string): Promise<Bargain | undefined> {
    const found = await inTime(settle, this.payment(paymentId), this.inbox, this.holdEnds);
    if (found === 'given up') return this.givenUp();
    switch (found.status) {
      case 'captured':
        return { kind: 'paid', paymentId };
      case 'declined':
        return this.declined(paymentId, found.reason);
      case 'refunded':
        return cancelled('its payment was given back');
      case 'voided':
        this.adopt(await recordVoid({ ...this.step, paymentId }));
        return undefined;
    }
  }

  /** Where nobody has ended it, the hold is over or about to be. */
  private givenUp(): Bargain | undefined {
    const reason = this.inbox.ended;
    return reason === undefined ? undefined : cancelled(reason);
  }

  private async declined(paymentId: string, reason: string): Promise<Bargain | undefined> {
    const standing: Standing | undefined = await declinePayment({ ...this.step, paymentId, reason });
    this.doubtful = undefined;
    this.state.attemptsLeft = standing?.attemptsLeft ?? this.state.attemptsLeft - 1;
    const { attemptsLeft, expiresAt } = this.state;
    if (attemptsLeft === 0) return ended({ kind: 'payment-failed', reason });
    this.become('reserved', `Payment declined (${reason}); ${attemptsLeft} attempts left until ${expiresAt}.`);
    return undefined;
  }

  /** Confirms what was paid, or compensates. Runs to its end whatever else happens. */
  private async settle(bargain: Bargain): Promise<PurchaseState> {
    let ending: Ending;
    if (bargain.kind === 'ended') ending = bargain.ending;
    else {
      const outcome = await confirm({ ...this.step, paymentId: bargain.paymentId });
      if (outcome.confirmed) return this.confirmed(outcome.orderId);
      ending = { kind: 'cancelled', reason: outcome.reason ?? 'its tickets were no longer held' };
    }
    const standing: Standing | undefined = await release({ ...this.step, ending });
    if (standing) return this.closed(standing);
    // Of a purchase that began before this step said how it stands.
    this.become(ending.kind, `Gave back ${this.tickets()}: ${inWords(ending)}.`);
    if (this.doubtful !== undefined && (await reverse(this.payment(this.doubtful))) === 'refunded') {
      await this.refunded(this.doubtful);
    }
    return this.state;
  }

  /** What was begun and does not count is given back, whoever began it. */
  private async closed({ status, orderId, reason, unsettled }: Standing): Promise<PurchaseState> {
    if (orderId !== undefined) this.confirmed(orderId);
    else this.become(status, `Gave back ${this.tickets()}: ${reason}.`);
    for (const paymentId of unsettled) {
      if ((await reverse(this.payment(paymentId))) === 'refunded') await this.refunded(paymentId);
      else await recordVoid({ ...this.step, paymentId });
    }
    return this.state;
  }

  private async refunded(paymentId: string): Promise<void> {
    const status: PurchaseStatus | undefined = await recordRefund(this.payment(paymentId));
    if (status === 'confirmed') return;
    this.become('refunded', `Gave back ${this.tickets()} and refunded payment ${paymentId}.`);
  }

  private payment(paymentId: string) {
    if (!this.total) throw new Error('a payment without a reservation');
    return { paymentId, purchaseId: this.step.purchaseId, amount: this.total };
  }

  private tickets(): string {
    return this.request.items.map(({ pool, quantity }) => `${quantity} × ${pool}`).join(', ');
  }

  private adopt({ attemptsLeft }: Standing): void {
    this.state.attemptsLeft = attemptsLeft;
  }

  private confirmed(orderId: string): PurchaseState {
    this.state.orderId = orderId;
    return this.become('confirmed', `Order ${orderId}: ${this.tickets()} sold.`);
  }

  private become(status: PurchaseStatus, details: string): PurchaseState {
    this.state.status = status;
    setCurrentDetails(details);
    upsertSearchAttributes([keyword(searchAttributes.status, status)]);
    return this.state;
  }
}
