import type { Money } from './money';
import type { ShowStatus } from './show';
import type { Fault } from './show-settings';

/** What the business says no with: a value with a slug of the HTTP contract, never an exception. */
export type Refusal =
  | { slug: 'insufficient-inventory'; pool: string; requested: number; available: number }
  | { slug: 'invalid-quantity'; pool: string; min: number; max: number }
  | { slug: 'sales-stopped'; pool: string; reason: string }
  | { slug: 'sales-not-open'; pool: string }
  | { slug: 'pool-cancelled'; pool: string; reason: string }
  | { slug: 'pool-name-taken'; pool: string }
  | { slug: 'mixed-currencies'; currencies: string[] }
  | { slug: 'wrong-currency'; pool: string; currency: string; field: 'price' | 'maxUnitPrice' }
  | { slug: 'start-unknown'; pool: string }
  | { slug: 'seat-unavailable'; pool: string; seats: string[] }
  | { slug: 'wrong-numbering'; pool: string; numbered: boolean }
  | { slug: 'not-withheld'; pool: string; withheld: number }
  | { slug: 'price-changed'; pool: string; price: Money }
  /** Of what is held and was bought, or of what is held alone. */
  | { slug: 'customer-limit-reached'; pool: string; limit: number; held: number; counted?: 'held' }
  | { slug: 'cart-checked-out'; purchaseId: string }
  | { slug: 'cart-changed' }
  | { slug: 'cart-empty' }
  | { slug: 'cart-full'; of: 'lines' | 'changes'; most: number }
  | { slug: 'nothing-to-undo' }
  | { slug: 'seats-and-quantity'; pool: string }
  | { slug: 'show-name-taken'; show: string }
  | { slug: 'show-status-conflict'; show: string; showStatus: ShowStatus }
  | { slug: 'venue-occupied'; venue: string; show: string; from: string; until: string }
  | { slug: 'too-close-to-start'; show: string; startsAt: string }
  | { slug: 'past-date'; show: string; field: 'startsAt' | 'closesAt' }
  | { slug: 'validation-failed'; errors: Fault[] }
  | { slug: 'not-found'; what: string };

export type Decision<Event> = { accepted: true; events: Event[] } | { accepted: false; refusal: Refusal };

export const accept = <Event>(...events: Event[]): Decision<Event> => ({ accepted: true, events });
export const refuse = <Event>(refusal: Refusal): Decision<Event> => ({ accepted: false, refusal });

/** A rule of DESIGN 8 that does not hold: a bug, stopped before it is written down. */
export class InvariantViolated extends Error {
  override readonly name = 'InvariantViolated';
}

export function invariant(holds: boolean, rule: () => string): asserts holds {
  if (!holds) throw new InvariantViolated(rule());
}
