import { attemptsLeft, type Payment, type PaymentSignal, purchaseSignals, purchaseStream } from '../../src/domain';
import type { PurchaseView } from '../../src/projections';
import type { Dependencies } from '../dependencies';
import { keyHolder, keyReused, refuseLongKey } from '../door';
import { findPurchase } from '../find';
import { bindPayment, boundPayment, type PaymentKey, paymentUnderKey } from '../payment-requests';
import { declinedProblem, expiredProblem, presentPurchase } from '../present';
import { Problem } from '../problem';
import {
  acceptedAnswer,
  paymentBody,
  paymentHeaders,
  purchaseAnswer,
  purchaseParams,
  waitHeaders,
} from '../purchase-schemas';
import { type Answer, type Route, route } from '../route';
import { emptyBody } from '../schemas';
import { sendSignal } from '../send-signal';
import { awaitCommit, preferenceApplied, preferredWait } from '../waiting';

const open = (purchase: PurchaseView) => purchase.status === 'reserved' || purchase.status === 'paying';

function notPayable({ status, reason }: PurchaseView): Problem {
  const why = reason === undefined ? '' : ` (${reason})`;
  return new Problem('purchase-not-payable', `The purchase is ${status}${why}; only a reserved one can be paid.`, {
    purchaseStatus: status,
  });
}

export function paymentRoutes(dependencies: Dependencies): Route[] {
  const { database, feed, reads, newId, now } = dependencies;

  /** Why no payment can begin now. */
  function refusalOf(purchase: PurchaseView): Problem | undefined {
    if (purchase.status === 'expired') return expiredProblem();
    if (!open(purchase)) return notPayable(purchase);
    return Date.parse(purchase.expiresAt ?? '') <= now().getTime() ? expiredProblem() : undefined;
  }

  function refuseUnlessPayable(purchase: PurchaseView): void {
    const refusal = refusalOf(purchase);
    if (refusal) throw refusal;
  }

  /** Whether the key stood for this payment before; from now on it does. Throws where it stands for another one. */
  async function bind(purchase: PurchaseView, key: PaymentKey, paymentId: string): Promise<boolean> {
    // Of what cannot be paid a key is not spent: a refusal is the same the next time.
    const bound = refusalOf(purchase) ? await boundPayment(database, key) : await bindPayment(database, key, paymentId);
    if (bound && bound.paymentId !== paymentId) throw keyReused('payment');
    return bound?.repeated ?? false;
  }

  /** What became of this payment; undefined while that is open. */
  function outcome(purchase: PurchaseView | undefined, paymentId: string): Answer | undefined {
    if (!purchase || purchase.status === 'requested') return undefined;
    const mine: Payment | undefined = purchase.payments.find(({ id }) => id === paymentId);
    if (mine?.status === 'declined') throw declinedProblem(mine);
    if (mine?.status === 'voided' && open(purchase)) {
      const reason = 'it was interrupted, and took no money';
      throw declinedProblem({ id: paymentId, status: 'declined', reason, attemptsLeft: attemptsLeft(purchase) });
    }
    if (open(purchase)) return undefined;
    if (purchase.status === 'confirmed') return { status: 200, body: presentPurchase(purchase) };
    if (purchase.status === 'expired') throw expiredProblem();
    throw notPayable(purchase);
  }

  const pay = route({
    method: 'post',
    path: '/v1/purchases/{id}/payment',
    summary: 'Pay a reserved purchase; with Prefer: wait=N the answer is the outcome',
    roles: ['shop'],
    params: purchaseParams,
    headers: paymentHeaders,
    body: paymentBody,
    answers: {
      200: { description: 'Confirmed', schema: purchaseAnswer },
      202: { description: 'The payment is under way', schema: acceptedAnswer },
    },
    problems: [
      'validation-failed',
      'idempotency-key-reused',
      'unauthorized',
      'forbidden',
      'not-found',
      'payment-declined',
      'purchase-not-payable',
      'purchase-expired',
      'unavailable',
    ],
    async handle({ params: { id }, body: { method }, caller, header, concerns }): Promise<Answer> {
      concerns(id);
      const sent = header('idempotency-key');
      const key = sent ? { purchaseId: id, holder: keyHolder(caller), key: refuseLongKey(sent) } : undefined;
      const paymentId = key ? paymentUnderKey(key, method) : newId();
      const purchase = await findPurchase(dependencies, id, caller);
      const begun = purchase.payments.some((payment) => payment.id === paymentId);
      const repeated = begun || (key !== undefined && (await bind(purchase, key, paymentId)));
      if (!repeated) refuseUnlessPayable(purchase);
      const seconds = preferredWait(header('prefer'));
      const send = async () => {
        const payment: PaymentSignal = { paymentId, method };
        // One that came before may never have been sent; the purchase takes it once, however often it is.
        if (begun || (await sendSignal(dependencies, purchaseStream(id), purchaseSignals.payment, payment))) return;
        const ended = await findPurchase(dependencies, id, caller);
        if (ended.status !== 'confirmed') refuseUnlessPayable(ended);
      };
      const look = async () =>
        seconds > 0 || repeated ? outcome(await reads.purchases.read(id), paymentId) : undefined;
      const settled =
        (repeated ? outcome(purchase, paymentId) : undefined) ??
        (await awaitCommit(feed, purchaseStream(id), seconds, look, { begin: send, onlyNews: !repeated }));
      const headers = { Location: `/v1/purchases/${id}`, ...preferenceApplied(seconds) };
      if (settled) return { ...settled, headers };
      return { status: 202, headers, body: { id, status: 'paying' } };
    },
  });

  const cancel = route({
    method: 'post',
    path: '/v1/purchases/{id}/cancel',
    summary: 'Give the tickets back; with Prefer: wait=N the answer comes once they are',
    roles: ['shop'],
    params: purchaseParams,
    headers: waitHeaders,
    body: emptyBody,
    answers: {
      200: { description: 'Cancelled', schema: purchaseAnswer },
      202: { description: 'The cancellation is under way', schema: acceptedAnswer },
    },
    problems: ['unauthorized', 'forbidden', 'not-found', 'purchase-not-cancellable', 'purchase-expired', 'unavailable'],
    async handle({ params: { id }, caller, header, concerns }): Promise<Answer> {
      concerns(id);
      const ended = (purchase: PurchaseView | undefined): Answer | undefined => {
        if (!purchase || open(purchase) || purchase.status === 'requested') return undefined;
        if (purchase.status === 'cancelled' || purchase.status === 'refunded') {
          return { status: 200, body: presentPurchase(purchase) };
        }
        if (purchase.status === 'expired') throw expiredProblem();
        const { status: purchaseStatus } = purchase;
        const detail = `The purchase is ${purchaseStatus}; only an open one can be cancelled.`;
        throw new Problem('purchase-not-cancellable', detail, { purchaseStatus });
      };
      const seconds = preferredWait(header('prefer'));
      const already = ended(await findPurchase(dependencies, id, caller));
      const send = async () => {
        await sendSignal(dependencies, purchaseStream(id), purchaseSignals.cancel);
      };
      const look = async () => (seconds > 0 ? ended(await reads.purchases.read(id)) : undefined);
      const settled = already ?? (await awaitCommit(feed, purchaseStream(id), seconds, look, { begin: send }));
      const headers = { Location: `/v1/purchases/${id}`, ...preferenceApplied(seconds) };
      if (settled) return { ...settled, headers };
      return { status: 202, headers, body: { id, status: (await findPurchase(dependencies, id, caller)).status } };
    },
  });

  return [pay, cancel];
}
