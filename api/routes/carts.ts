import { type CartLine, notToCheckOut, type PoolAllows, type Refusal } from '../../src/domain';
import { type Caller, shopOf } from '../authentication';
import { beginPurchase, problemsOfBuying } from '../begin-purchase';
import { findCart, presentCart, readCart } from '../cart-answers';
import { cartAnswer, cartItemParams, cartParams, newCart } from '../cart-schemas';
import type { Dependencies } from '../dependencies';
import { idempotencyKey, lineRefusal, takeIn } from '../door';
import { refusalProblem, type Slug } from '../problem';
import { acceptedAnswer, line, lineOfPool, purchaseAnswer, purchaseHeaders } from '../purchase-schemas';
import { type Answer, type Route, route } from '../route';
import { emptyBody } from '../schemas';

const answers = { 200: { description: 'The cart as it is then', schema: cartAnswer } };
const ofShops: readonly Slug[] = ['unauthorized', 'forbidden', 'not-found', 'unavailable'];
const ofChanges: readonly Slug[] = [...ofShops, 'validation-failed', 'cart-checked-out', 'cart-full'];

/** Carts, from the first line to the checkout; docs/decisions/014-carts-are-written-by-the-api.md says who writes them. */
export function cartRoutes(dependencies: Dependencies): Route[] {
  const { carts, reads, newId, now } = dependencies;

  const present = async (id: string, caller: Caller) => presentCart(await readCart(dependencies, id, caller), now());

  /** The caller's cart after a change that was committed. */
  async function change(id: string, caller: Caller, run: () => Promise<Refusal | undefined>): Promise<Answer> {
    await findCart(dependencies, id, caller);
    const refusal = await run();
    if (refusal) throw refusalProblem(refusal);
    return { status: 200, body: await present(id, caller) };
  }

  /** What the pool of a line has against it, which is the same for as long as there is the pool. */
  async function poolAllows({ pool }: Pick<CartLine, 'pool'>): Promise<PoolAllows> {
    const view = (await reads.pools.read(pool))?.pool;
    return (each) => lineRefusal(each, view);
  }

  const create = route({
    method: 'post',
    path: '/v1/carts',
    summary: 'Begin a cart for a customer',
    roles: ['shop'],
    body: newCart,
    answers: { 201: { description: 'The empty cart; its place is in Location', schema: cartAnswer } },
    problems: ['validation-failed', 'unauthorized', 'forbidden', 'unavailable'],
    async handle({ body, caller }): Promise<Answer> {
      const id = newId();
      const refusal = await carts.createCart(id, { ...body, shop: shopOf(caller) });
      if (refusal) throw refusalProblem(refusal);
      return { status: 201, headers: { Location: `/v1/carts/${id}` }, body: await present(id, caller) };
    },
  });

  const show = route({
    method: 'get',
    path: '/v1/carts/{id}',
    summary: 'A cart, with what is left of each line and what it costs now',
    roles: ['shop'],
    params: cartParams,
    answers,
    problems: ofShops,
    handle: async ({ params: { id }, caller }) => ({ status: 200, body: await present(id, caller) }),
  });

  const add = route({
    method: 'post',
    path: '/v1/carts/{id}/items',
    summary: 'Add tickets of a pool: quantities of the same pool add up, named seats join',
    roles: ['shop'],
    params: cartParams,
    body: line,
    answers,
    problems: [...ofChanges, 'invalid-quantity'],
    handle: ({ params: { id }, body, caller }) =>
      change(id, caller, async () => carts.addItem(id, body, await poolAllows(body))),
  });

  const replace = route({
    method: 'put',
    path: '/v1/carts/{id}/items/{pool}',
    summary: 'Replace the line of a pool that is in the cart',
    roles: ['shop'],
    params: cartItemParams,
    body: lineOfPool,
    answers,
    problems: [...ofChanges, 'invalid-quantity'],
    handle({ params: { id, pool }, body, caller }) {
      const whole = { pool, ...body };
      return change(id, caller, async () => carts.changeItem(id, whole, await poolAllows(whole)));
    },
  });

  const remove = route({
    method: 'delete',
    path: '/v1/carts/{id}/items/{pool}',
    summary: 'Remove the line of a pool',
    roles: ['shop'],
    params: cartItemParams,
    answers,
    problems: ofChanges,
    handle: ({ params: { id, pool }, caller }) => change(id, caller, () => carts.removeItem(id, pool)),
  });

  const undo = route({
    method: 'post',
    path: '/v1/carts/{id}/undo',
    summary: 'Undo the last change that is not undone yet; an undo is not undone itself',
    roles: ['shop'],
    params: cartParams,
    body: emptyBody,
    answers,
    problems: [...ofChanges, 'nothing-to-undo'],
    handle: ({ params: { id }, caller }) => change(id, caller, () => carts.undoChange(id)),
  });

  const checkout = route({
    method: 'post',
    path: '/v1/carts/{id}/checkout',
    summary: 'Buy all that is in the cart, or nothing; answered as POST /v1/purchases is',
    roles: ['shop'],
    params: cartParams,
    headers: purchaseHeaders,
    body: emptyBody,
    answers: {
      201: { description: 'Reserved, and the cart is checked out: pay before expiresAt', schema: purchaseAnswer },
      202: { description: 'Taken in; look again at Location', schema: acceptedAnswer },
    },
    problems: [...problemsOfBuying, 'cart-checked-out', 'cart-changed'],
    async handle({ params: { id }, caller, header, concerns }): Promise<Answer> {
      const key = idempotencyKey(header('idempotency-key'), caller);
      const { cart, shop } = await findCart(dependencies, id, caller);
      const { customerId, items, version } = cart;
      // Also where an operator checks it out, the purchase is that of the cart's shop.
      const request = { customerId, shop, items: [...items], cart: { id, version } };
      // The cart may have changed since the first request under the key, and that is still the one that is answered.
      const taken = await takeIn(dependencies, key, request, { sent: { checkout: id }, refusal: notToCheckOut(cart) });
      return beginPurchase(dependencies, taken, { header, concerns });
    },
  });

  return [create, show, add, replace, remove, undo, checkout];
}
