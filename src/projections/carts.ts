import type { Pool as Database } from 'pg';
import { type Cart, cartCodec, cartStream, evolveCart } from '../domain';
import { readStreams, type StoredEvent } from '../store';
import { withShops } from './told-shops';

/** A cart as it is now. */
export interface CartView {
  id: string;
  cart: Cart;
  /** Whose it is; without one it is the operators' alone. */
  shop?: string | undefined;
  /** Of its last event. */
  position: number;
  createdAt: Date;
  updatedAt: Date;
}

/** What carts were when they were read before: only what came after it is folded. */
export interface KnownCarts {
  get(id: string): CartView | undefined;
}

const nothingKnown: KnownCarts = new Map();

const idOf = (stream: string) => stream.slice(cartStream('').length);

/**
 * Carts as of now, folded from their streams, which are short: a table would be no faster, and never as exact. Those that
 * do not exist are left out. What is known of one counts only where its stream has that very event at that version.
 */
export async function cartsById(
  database: Database,
  ids: readonly string[],
  known: KnownCarts = nothingKnown,
): Promise<CartView[]> {
  const remembered = new Map(ids.map((id) => [id, known.get(id)]));
  const events = await readStreams(
    database,
    ids.map((id) => ({ stream: cartStream(id), after: (remembered.get(id)?.cart.version ?? 1) - 1 })),
  );
  const carts = new Map<string, CartView>();
  for (const stored of events) {
    const id = idOf(stored.stream);
    const before = carts.get(id);
    const view = before ? undefined : remembered.get(id);
    if (view && isLastOf(view, stored)) carts.set(id, view);
    else if (before || stored.version === 1) carts.set(id, fold(id, before, stored));
  }
  // Of another history than what is known, as after a restore: read from its first event.
  const strangers = ids.filter((id) => !carts.has(id) && remembered.get(id));
  const read = await withShops(database, [...carts.values()], (view) => cartStream(view.id));
  return [...read, ...(strangers.length > 0 ? await cartsById(database, strangers) : [])];
}

const isLastOf = ({ cart, position }: CartView, stored: StoredEvent) =>
  stored.version === cart.version && stored.position === position;

function fold(id: string, before: CartView | undefined, stored: StoredEvent): CartView {
  const { position, created } = stored;
  const cart = evolveCart(before?.cart, cartCodec.decode(stored));
  return { id, cart, shop: cart.shop, position, createdAt: before?.createdAt ?? created, updatedAt: created };
}
