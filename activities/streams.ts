import {
  type Cart,
  type CartEvent,
  cartCodec,
  cartStream,
  evolveCart,
  evolvePool,
  evolvePurchase,
  evolveShow,
  evolveVenue,
  type Pool,
  type PoolEvent,
  type Purchase,
  type PurchaseEvent,
  poolCodec,
  poolReducer,
  poolStream,
  purchaseCodec,
  purchaseStream,
  readPool,
  type Show,
  type ShowEvent,
  showCodec,
  showStream,
  type Venue,
  type VenueEvent,
  venueCodec,
  venueStream,
  writePool,
} from '../src/domain';
import type { Aggregate, StreamRef } from '../src/store';
import { eventIds } from './event-ids';

export const pools: Aggregate<Pool, PoolEvent> & { codec: typeof poolCodec } = {
  category: 'pool',
  codec: poolCodec,
  evolve: evolvePool,
  heldInMemory: 2_000,
  snapshot: { reducer: poolReducer, every: 200, atRest: 100, write: writePool, read: readPool },
};

export const purchases: Aggregate<Purchase, PurchaseEvent> & { codec: typeof purchaseCodec } = {
  category: 'purchase',
  codec: purchaseCodec,
  evolve: evolvePurchase,
  heldInMemory: 5_000,
};

export const carts: Aggregate<Cart, CartEvent> & { codec: typeof cartCodec } = {
  category: 'cart',
  codec: cartCodec,
  evolve: evolveCart,
  heldInMemory: 1_000,
};

export const shows: Aggregate<Show, ShowEvent> & { codec: typeof showCodec } = {
  category: 'show',
  codec: showCodec,
  evolve: evolveShow,
  heldInMemory: 500,
};

export const venues: Aggregate<Venue, VenueEvent> & { codec: typeof venueCodec } = {
  category: 'venue',
  codec: venueCodec,
  evolve: evolveVenue,
  heldInMemory: 500,
};

export const poolRef = (name: string): StreamRef<Pool, PoolEvent> => ({ aggregate: pools, stream: poolStream(name) });

export const purchaseRef = (purchaseId: string): StreamRef<Purchase, PurchaseEvent> => ({
  aggregate: purchases,
  stream: purchaseStream(purchaseId),
});

export const cartRef = (cartId: string): StreamRef<Cart, CartEvent> => ({
  aggregate: carts,
  stream: cartStream(cartId),
});

export const showRef = (name: string): StreamRef<Show, ShowEvent> => ({ aggregate: shows, stream: showStream(name) });

export const venueRef = (name: string): StreamRef<Venue, VenueEvent> => ({
  aggregate: venues,
  stream: venueStream(name),
});

/** What the committer of a worker needs to know of the business. */
export const commitOptions = {
  aggregates: [pools, purchases, shows, venues, carts],
  eventIds,
};

/** The same for the committer of the API, which writes carts and nothing else. */
export const cartCommitOptions = {
  aggregates: [carts],
  eventIds,
};
