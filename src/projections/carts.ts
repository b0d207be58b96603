import type { Pool as Database } from 'pg';
import { type Cart, cartCodec, cartStream, evolveCart } from '../domain';
import { readStreams } from '../store';

/** A cart as it is now. */
export interface CartView {
  id: string;
  cart: Cart;
  /** Of its last event. */
  position: number;
  createdAt: Date;
  updatedAt: Date;
}

const idOf = (stream: string) => stream.slice(cartStream('').length);

/** Folded from their streams, which are short: a table would be no faster, and never as exact. Those that do not exist are left out. */
export async function cartsById(database: Database, ids: readonly string[]): Promise<CartView[]> {
  const carts = new Map<string, CartView>();
  const streams = ids.map((id) => ({ stream: cartStream(id), after: 0 }));
  for (const stored of await readStreams(database, streams)) {
    const { position, created } = stored;
    const id = idOf(stored.stream);
    const before = carts.get(id);
    const cart = evolveCart(before?.cart, cartCodec.decode(stored));
    carts.set(id, { id, cart, position, createdAt: before?.createdAt ?? created, updatedAt: created });
  }
  return [...carts.values()];
}
