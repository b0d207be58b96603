import { cartStream, poolStream, purchaseStream } from '../../src/domain';
import { type CartReading, presentCart, readAnyCart, readCart } from '../cart-answers';
import { cartParams } from '../cart-schemas';
import type { Dependencies } from '../dependencies';
import { findPurchase } from '../find';
import { eventStreamHeaders, type Follower, type LiveState, type LiveView, lastSeen } from '../live';
import { livePool } from '../live-pool';
import { isCartOver, isPurchaseOver } from '../over';
import { poolParams } from '../pool-schemas';
import { presentPurchase } from '../present';
import { notFound } from '../problem';
import { purchaseParams } from '../purchase-schemas';
import { type Answer, type Route, route } from '../route';
import { eventStreamAnswer, liveHeaders } from '../schemas';

const purchaseState = (purchase: Parameters<typeof presentPurchase>[0]): LiveState => ({
  position: purchase.position,
  json: JSON.stringify(presentPurchase(purchase)),
  isLast: isPurchaseOver(purchase),
});

/** Of something that is over: whoever has heard its last state need not come again. */
const over = {
  204: { description: 'It is over, and the state in Last-Event-ID was its last: nothing more will come' },
};

/** Server-sent events that follow a pool, a purchase or a cart from state to state. */
export function liveRoutes(dependencies: Dependencies): Route[] {
  const { live, reads, now } = dependencies;

  const sale = livePool(dependencies);

  const progress: LiveView = {
    event: 'purchase',
    stream: purchaseStream,
    async read(id) {
      const purchase = await reads.purchases.read(id);
      return purchase && purchaseState(purchase);
    },
  };

  const cartState = (reading: CartReading): LiveState => {
    const answer = presentCart(reading, now());
    const alsoChangedBy = answer.items.map(({ pool }) => poolStream(pool));
    return {
      position: answer.position,
      json: JSON.stringify(answer),
      alsoChangedBy,
      isLast: isCartOver(reading.view),
    };
  };

  const collecting: LiveView = {
    event: 'cart',
    stream: cartStream,
    read: async (id) => cartState(await readAnyCart(dependencies, id)),
  };

  /** From the last event that the follower has seen, where it says so; 204, which ends a browser's EventSource, where that was the last of all. */
  function following(
    view: LiveView,
    name: string,
    first: LiveState,
    { header, ...follower }: Follower & { header(name: string): string | undefined },
  ): Answer {
    const seen = lastSeen(header('last-event-id'), first.position);
    if (first.isLast && seen === first.position) return { status: 204, headers: { 'Cache-Control': 'no-store' } };
    const open = () => live.follow(view, name, { first, seen }, follower);
    return { status: 200, headers: eventStreamHeaders, open };
  }

  const pool = route({
    method: 'get',
    path: '/v1/pools/{name}/live',
    summary: 'A pool as it changes: the newest state at once, then each that follows, until it is over',
    roles: 'all',
    params: poolParams,
    headers: liveHeaders,
    answers: {
      200: {
        description:
          'Events `availability`; data is the pool. Where its seats are numbered, before each of them an event `seats` without an id; data is the seat map with only the rows that changed since the state before, at first with all',
        schema: eventStreamAnswer,
      },
      ...over,
    },
    answerType: 'text/event-stream',
    problems: ['not-found', 'unavailable'],
    async handle({ params: { name }, header, sender, hasKey }): Promise<Answer> {
      const first = await live.read(sale, name);
      if (!first) throw notFound(`pool ${name}`);
      return following(sale, name, first, { header, sender, hasKey });
    },
  });

  const purchase = route({
    method: 'get',
    path: '/v1/purchases/{id}/live',
    summary: 'A purchase as it changes: its state at once, then each that follows, until it is over',
    roles: ['shop'],
    params: purchaseParams,
    headers: liveHeaders,
    answers: { 200: { description: 'Events `purchase`; data is the purchase', schema: eventStreamAnswer }, ...over },
    answerType: 'text/event-stream',
    problems: ['unauthorized', 'forbidden', 'not-found', 'unavailable'],
    async handle({ params: { id }, caller, header, sender, hasKey, concerns }): Promise<Answer> {
      concerns(id);
      const first = purchaseState(await findPurchase(dependencies, id, caller));
      return following(progress, id, first, { header, sender, hasKey });
    },
  });

  const cart = route({
    method: 'get',
    path: '/v1/carts/{id}/live',
    summary: 'A cart as it and its pools change: its state at once, then each that follows, until it is checked out',
    roles: ['shop'],
    params: cartParams,
    headers: liveHeaders,
    answers: { 200: { description: 'Events `cart`; data is the cart', schema: eventStreamAnswer }, ...over },
    answerType: 'text/event-stream',
    problems: ['unauthorized', 'forbidden', 'not-found', 'unavailable'],
    async handle({ params: { id }, caller, header, sender, hasKey }): Promise<Answer> {
      const first = cartState(await readCart(dependencies, id, caller));
      return following(collecting, id, first, { header, sender, hasKey });
    },
  });

  return [pool, purchase, cart];
}
