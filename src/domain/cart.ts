import { z } from 'zod';
import { type Customer, sameCustomer } from './customer';
import { asItWas, eventCodec } from './event-codec';
import { money, totalMoney } from './money';
import { poolLimits, poolName } from './pool-events';
import { purchaseLimits, type RequestedItem } from './purchase';
import { accept, type Decision, invariant, type Refusal, refuse } from './refusal';
import { sameText } from './same-text';
import { seatLabel } from './seating';

/** Where each limit of a cart is set. */
export const cartLimits = {
  /** As many as one purchase takes. */
  lines: purchaseLimits.lines,
  /** Changes of one cart, its undos among them: its stream stays short enough to be read at any time. */
  changes: 1_000,
  /** Changes that can be undone, the newest; stored streams were written by it, so it may rise and never fall. */
  undo: 100,
} as const;

/** What is wanted of one pool: named seats, as many as the quantity says, or a quantity alone. */
const cartLine = z
  .object({
    pool: poolName,
    quantity: z.int().min(1),
    seats: z.array(seatLabel).min(1).max(poolLimits.maxPerPurchase.most).optional(),
    bestAvailable: z.boolean().optional(),
    maxUnitPrice: money.optional(),
  })
  .refine(({ quantity, seats }) => !seats || seats.length === quantity, 'as many seats as the quantity');
export type CartLine = z.infer<typeof cartLine>;

export const cartEvents = {
  /** Without a shop it is nobody's but the operators'. */
  CartCreated: z.object({ customerId: z.string(), shop: z.string().optional() }),
  /** What was added; it joins the line of the same pool. */
  ItemAdded: cartLine,
  /** The whole line as it is now. */
  ItemChanged: cartLine,
  ItemRemoved: z.object({ pool: poolName }),
  /** The last change that was not undone yet is. */
  ChangeUndone: z.object({}),
  CheckedOut: z.object({ purchaseId: z.uuid(), total: totalMoney }),
};
export type CartEvent = {
  [Type in keyof typeof cartEvents]: { type: Type; data: z.infer<(typeof cartEvents)[Type]> };
}[keyof typeof cartEvents];
export const cartCodec = eventCodec(cartEvents, {
  // What came with the second version says who may use the cart.
  CartCreated: { version: 2, upcasts: { 1: asItWas } },
});

type Lines = readonly CartLine[];

/** A cart that exists; before `CartCreated` its state is `undefined`. */
export interface Cart extends Customer {
  /** One of each pool, in the order in which they were added. */
  items: Lines;
  /** What the lines were before each change that can be undone, the newest last. */
  undo: readonly Lines[];
  /** Of its stream: it rises with every change. */
  version: number;
  checkedOut?: z.infer<typeof cartEvents.CheckedOut>;
}

export const lineOf = (cart: Pick<Cart, 'items'>, pool: string) => cart.items.find((line) => line.pool === pool);

export const canUndo = (cart: Cart) => !cart.checkedOut && cart.undo.length > 0;

/** The line with what is added to it: quantities add up, named seats join; what the addition says beside replaces. */
function joined(line: CartLine | undefined, added: CartLine): CartLine {
  if (!line) return added;
  const { seats, ...besides } = { ...line, ...added };
  if (!seats) return { ...besides, quantity: line.quantity + added.quantity };
  const known = line.seats ?? [];
  const others = seats.filter((seat) => !known.some((each) => sameText(each) === sameText(seat)));
  const all = [...known, ...others];
  return { ...besides, seats: all, quantity: all.length };
}

function withLine(items: Lines, line: CartLine): Lines {
  const known = items.some(({ pool }) => pool === line.pool);
  return known ? items.map((each) => (each.pool === line.pool ? line : each)) : [...items, line];
}

function changed(cart: Cart, items: Lines): Cart {
  return { ...cart, items, undo: [...cart.undo, cart.items].slice(-cartLimits.undo) };
}

export function evolveCart(state: Cart | undefined, event: CartEvent): Cart {
  if (event.type === 'CartCreated') {
    invariant(state === undefined, () => 'a cart is created twice');
    return { ...event.data, items: [], undo: [], version: 1 };
  }
  invariant(state !== undefined, () => `${event.type} before CartCreated`);
  invariant(!state.checkedOut, () => `${event.type} after CheckedOut`);
  const cart = { ...state, version: state.version + 1 };
  switch (event.type) {
    case 'ItemAdded':
      return changed(cart, withLine(cart.items, joined(lineOf(cart, event.data.pool), event.data)));
    case 'ItemChanged':
      return changed(cart, withLine(cart.items, event.data));
    case 'ItemRemoved':
      return changed(
        cart,
        cart.items.filter(({ pool }) => pool !== event.data.pool),
      );
    case 'ChangeUndone': {
      const items = cart.undo.at(-1);
      invariant(items !== undefined, () => 'ChangeUndone where nothing is left to undo');
      return { ...cart, items, undo: cart.undo.slice(0, -1) };
    }
    case 'CheckedOut':
      return { ...cart, checkedOut: event.data };
  }
}

export function createCart(cart: Cart | undefined, { customerId, shop }: Customer): Decision<CartEvent> {
  invariant(cart === undefined, () => 'the id of a cart is taken');
  return accept({ type: 'CartCreated', data: { customerId, ...(shop !== undefined && { shop }) } });
}

/** Why the cart cannot change any more. */
function closed(cart: Cart): Refusal | undefined {
  if (cart.checkedOut) return { slug: 'cart-checked-out', purchaseId: cart.checkedOut.purchaseId };
  const most = cartLimits.changes;
  return cart.version > most ? { slug: 'cart-full', of: 'changes', most } : undefined;
}

type Change = (cart: Cart) => Decision<CartEvent>;

function change(cart: Cart | undefined, decide: Change): Decision<CartEvent> {
  if (!cart) return refuse({ slug: 'not-found', what: 'such cart' });
  const refusal = closed(cart);
  return refusal ? refuse(refusal) : decide(cart);
}

/** What a line's pool has against it; a sold-out pool has nothing: its tickets may come back. */
export type PoolAllows = (line: CartLine) => Refusal | undefined;

/** Puts the line into the cart, or joins it to the one of the same pool. */
export function addItem(cart: Cart | undefined, added: CartLine, refusalOf: PoolAllows): Decision<CartEvent> {
  return change(cart, (open) => {
    const { pool } = added;
    const line = lineOf(open, pool);
    const most = cartLimits.lines;
    if (!line && open.items.length >= most) return refuse({ slug: 'cart-full', of: 'lines', most });
    if (line && !line.seats !== !added.seats) return refuse({ slug: 'seats-and-quantity', pool });
    const after = joined(line, added);
    const refusal = refusalOf(added) ?? refusalOf(after);
    if (refusal) return refuse(refusal);
    return line && isSame(line, after) ? accept() : accept({ type: 'ItemAdded', data: added });
  });
}

/** Replaces the line of a pool that is in the cart. */
export function changeItem(cart: Cart | undefined, line: CartLine, refusalOf: PoolAllows): Decision<CartEvent> {
  return change(cart, (open) => {
    const before = lineOf(open, line.pool);
    if (!before) return refuse(noLine(line.pool));
    const refusal = refusalOf(line);
    if (refusal) return refuse(refusal);
    return isSame(before, line) ? accept() : accept({ type: 'ItemChanged', data: line });
  });
}

export function removeItem(cart: Cart | undefined, pool: string): Decision<CartEvent> {
  return change(cart, (open) =>
    lineOf(open, pool) ? accept({ type: 'ItemRemoved', data: { pool } }) : refuse(noLine(pool)),
  );
}

/** Undoes the last change that is left to undo; an undo is not undone itself. */
export function undoChange(cart: Cart | undefined): Decision<CartEvent> {
  return change(cart, (open) =>
    canUndo(open) ? accept({ type: 'ChangeUndone', data: {} }) : refuse({ slug: 'nothing-to-undo' }),
  );
}

const noLine = (pool: string): Refusal => ({ slug: 'not-found', what: `line of ${pool} in the cart` });

function isSame(one: RequestedItem, other: RequestedItem): boolean {
  const parts = ({ quantity, seats = [], bestAvailable = false, maxUnitPrice }: RequestedItem) =>
    JSON.stringify([quantity, seats, bestAvailable, maxUnitPrice?.amount, maxUnitPrice?.currency]);
  return parts(one) === parts(other);
}

/** Why no purchase can come of the cart as it is. */
export function notToCheckOut({ checkedOut, items }: Cart): Refusal | undefined {
  if (checkedOut) return { slug: 'cart-checked-out', purchaseId: checkedOut.purchaseId };
  return items.length === 0 ? { slug: 'cart-empty' } : undefined;
}

interface Checkout extends Customer {
  purchaseId: string;
  items: readonly RequestedItem[];
  /** Of the cart, as it was seen. */
  version: number;
}

/** Why this purchase cannot be what the cart becomes: it is gone, is not any more as it was at that version, or never was. */
export function checkoutRefusal(cart: Cart | undefined, purchase: Checkout): Refusal | undefined {
  if (!cart) return { slug: 'not-found', what: 'such cart' };
  const { checkedOut } = cart;
  if (checkedOut?.purchaseId === purchase.purchaseId) return undefined;
  if (checkedOut) return { slug: 'cart-checked-out', purchaseId: checkedOut.purchaseId };
  return cart.version === purchase.version && isOfCart(purchase, cart) ? undefined : { slug: 'cart-changed' };
}

const isOfCart = ({ customerId, shop, items }: Checkout, cart: Cart): boolean =>
  sameCustomer(customerId) === sameCustomer(cart.customerId) &&
  (cart.shop === undefined || shop === cart.shop) &&
  items.length === cart.items.length &&
  cart.items.every((line, nth) => {
    const item = items[nth];
    return item?.pool === line.pool && isSame(item, line);
  });

/** The cart has become the purchase; once. */
export function checkOut(cart: Cart, purchase: z.infer<typeof cartEvents.CheckedOut>): CartEvent[] {
  return cart.checkedOut ? [] : [{ type: 'CheckedOut', data: purchase }];
}
