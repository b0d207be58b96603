import { purchaseStream } from '../../src/domain';
import { customerPurchases, purchasesOfCustomer, purchaseTimeline, waitForPosition } from '../../src/projections';
import { shopOf } from '../authentication';
import { beginPurchase, problemsOfBuying } from '../begin-purchase';
import type { Dependencies } from '../dependencies';
import { idempotencyKey, takeIn } from '../door';
import { isKnown } from '../etag';
import { findPurchase } from '../find';
import { isPurchaseOver } from '../over';
import { etagOf, presentPurchase } from '../present';
import {
  acceptedAnswer,
  changeHeaders,
  customerParams,
  newPurchase,
  purchaseAnswer,
  purchaseHeaders,
  purchaseParams,
  purchasesAnswer,
  purchasesQuery,
  timelineAnswer,
} from '../purchase-schemas';
import { type Answer, type Route, route } from '../route';
import { awaitCommit, preferenceApplied, preferredWait } from '../waiting';

export function purchaseRoutes(dependencies: Dependencies): Route[] {
  const { database, feed } = dependencies;

  const buy = route({
    method: 'post',
    path: '/v1/purchases',
    summary: 'Ask for tickets; with Prefer: wait=N the answer comes once they are reserved or refused',
    roles: ['shop'],
    headers: purchaseHeaders,
    body: newPurchase,
    answers: {
      201: { description: 'Reserved: pay before expiresAt', schema: purchaseAnswer },
      202: { description: 'Taken in; look again at Location', schema: acceptedAnswer },
    },
    problems: problemsOfBuying,
    async handle({ body, caller, header, concerns }): Promise<Answer> {
      const taken = await takeIn(
        dependencies,
        idempotencyKey(header('idempotency-key'), caller),
        { ...body, shop: shopOf(caller) },
        { sent: body },
      );
      return beginPurchase(dependencies, taken, { header, concerns });
    },
  });

  const show = route({
    method: 'get',
    path: '/v1/purchases/{id}',
    summary: 'A purchase; with Prefer: wait=N the answer waits for its next change',
    roles: ['shop'],
    params: purchaseParams,
    headers: changeHeaders,
    answers: {
      200: { description: 'The purchase', schema: purchaseAnswer },
      304: { description: 'It is as one of the ETags in If-None-Match says: the one in this answer' },
    },
    problems: ['unauthorized', 'forbidden', 'not-found'],
    async handle({ params: { id }, caller, header, concerns }): Promise<Answer> {
      concerns(id);
      const seconds = preferredWait(header('prefer'));
      const known = header('if-none-match');
      const first = await findPurchase(dependencies, id, caller);
      const changed = async () => {
        const purchase = await findPurchase(dependencies, id, caller);
        return etagOf(purchase) === etagOf(first) ? undefined : purchase;
      };
      const isNews = known !== undefined && !isKnown(known, etagOf(first));
      const later =
        seconds > 0 && !isPurchaseOver(first) && !isNews
          ? await awaitCommit(feed, purchaseStream(id), seconds, changed)
          : undefined;
      const purchase = later ?? first;
      const headers = { ETag: etagOf(purchase), ...preferenceApplied(seconds) };
      return { status: 200, headers, body: presentPurchase(purchase) };
    },
  });

  const timeline = route({
    method: 'get',
    path: '/v1/purchases/{id}/timeline',
    summary: 'Every event of a purchase, oldest first',
    roles: ['shop'],
    params: purchaseParams,
    answers: { 200: { description: 'The events', schema: timelineAnswer } },
    problems: ['unauthorized', 'forbidden', 'not-found'],
    async handle({ params: { id }, caller, concerns }): Promise<Answer> {
      concerns(id);
      await findPurchase(dependencies, id, caller);
      const events = await purchaseTimeline(database, id);
      return {
        status: 200,
        body: { events: events.map(({ type, created, data }) => ({ type, at: created.toISOString(), data })) },
      };
    },
  });

  const ofCustomer = route({
    method: 'get',
    path: '/v1/customers/{id}/purchases',
    summary: "A customer's purchases, newest first; a shop's customers are its own",
    roles: ['shop'],
    params: customerParams,
    query: purchasesQuery,
    answers: { 200: { description: 'A page of purchases', schema: purchasesAnswer } },
    problems: ['validation-failed', 'unauthorized', 'forbidden'],
    async handle({ params: { id: customerId }, query: { limit, cursor }, caller }): Promise<Answer> {
      await waitForPosition(database, customerPurchases);
      const found = await purchasesOfCustomer(database, {
        customerId,
        shop: shopOf(caller),
        before: cursor,
        limit: limit + 1,
      });
      const page = found.slice(0, limit);
      const next = found.length > limit ? page.at(-1)?.id : undefined;
      return { status: 200, body: { purchases: page.map(presentPurchase), ...(next !== undefined && { next }) } };
    },
  });

  return [buy, show, timeline, ofCustomer];
}
