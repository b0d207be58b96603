import { deterministicId, type Payment, type PaymentSignal, purchaseSignals, purchaseStream } from '../../src/domain';
import { type PurchaseView, purchasesById } from '../../src/projections';
import type { Dependencies } from '../dependencies';
import { keyHolder, keyReused, refuseLongKey } from '../door';
import { findPurchase } from '../find';
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
import { signalPurchase } from '../signal-purchase';
import { awaitCommit, preferenceApplied, preferredWait } from '../waiting';

const open = (purchase: PurchaseView) => purchase.status === 'reserved' || purchase.status === 'paying';

function notPayable({ status, reason }: PurchaseView): Problem {
  const why = reason === undefined ? '' : ` (${reason})`;
  return new Problem('purchase-not-payable', `The purchase is ${status}${why}; only a reserved one can be paid.`, {
    purchaseStatus: status,
  });
}

/** Of a payment's id, so much says under which key it came; the rest says with which card. */
const keyPart = '00000000-0000-0000'.length;

/** The same key and card give the same payment, however often they are sent. */
function paymentIdOf(key: readonly string[], method: PaymentSignal['method']): string {
  const ofKey = deterministicId('payment', ...key);
  return ofKey.slice(0, keyPart) + deterministicId(ofKey, method.type, method.token).slice(keyPart);
}

const isOfSameKey = (one: string, other: string) => one.slice(0, keyPart) === other.slice(0, keyPart);

export function paymentRoutes(dependencies: Dependencies): Route[] {
  const { database, feed, newId, now } = dependencies;

  function refuseUnlessPayable(purchase: PurchaseView): void {
    if (purchase.status === 'expired') throw expiredProblem();
    if (!open(purchase)) throw notPayable(purchase);
    if (Date.parse(purchase.expiresAt ?? '') <= now().getTime()) throw expiredProblem();
  }

  /** What became of this payment; undefined while that is open. */
  function outcome(purchase: PurchaseView | undefined, paymentId: string): Answer | undefined {
    if (!purchase || purchase.status === 'requested') return undefined;
    const mine: Payment | undefined = purchase.payments.find(({ id }) => id === paymentId);
    if (mine?.status === 'declined') throw declinedProblem(mine);
    if (open(purchase)) return undefined;
    if (purchase.status === 'confirmed') return { status: 200, body: presentPurchase(purchase) };
    if (purchase.status === 'expired') throw expiredProblem();
    throw notPayable(purchase);
  }

  const find = async (id: string) => (await purchasesById(database, [id]))[0];

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
      const key = header('idempotency-key');
      const paymentId = key ? paymentIdOf([id, keyHolder(caller), refuseLongKey(key)], method) : newId();
      const purchase = await findPurchase(dependencies, id, caller);
      const reused = purchase.payments.some((other) => other.id !== paymentId && isOfSameKey(other.id, paymentId));
      if (reused) throw keyReused('payment');
      const repeated = purchase.payments.some((payment) => payment.id === paymentId);
      if (!repeated) refuseUnlessPayable(purchase);
      const seconds = preferredWait(header('prefer'));
      const send = async () => {
        const payment: PaymentSignal = { paymentId, method };
        if (repeated || (await signalPurchase(dependencies, id, purchaseSignals.payment, payment))) return;
        refuseUnlessPayable(await findPurchase(dependencies, id, caller));
      };
      const look = async () => (seconds > 0 || repeated ? outcome(await find(id), paymentId) : undefined);
      const settled = await awaitCommit(feed, purchaseStream(id), seconds, look, { begin: send, onlyNews: !repeated });
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
        await signalPurchase(dependencies, id, purchaseSignals.cancel);
      };
      const look = async () => (seconds > 0 ? ended(await find(id)) : undefined);
      const settled = already ?? (await awaitCommit(feed, purchaseStream(id), seconds, look, { begin: send }));
      const headers = { Location: `/v1/purchases/${id}`, ...preferenceApplied(seconds) };
      if (settled) return { ...settled, headers };
      return { status: 202, headers, body: { id, status: (await findPurchase(dependencies, id, caller)).status } };
    },
  });

  return [pay, cancel];
}
