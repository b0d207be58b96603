import { type Refusal, type ShowStatus, showLimits } from '../src/domain';

/** Every slug of the contract with its status and title, in one place. */
export const problemKinds = {
  'validation-failed': { status: 422, title: 'The request is not valid' },
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'idempotency-key-missing': { status: 400, title: 'An Idempotency-Key header is needed' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key was used for another request' },
  unauthorized: { status: 401, title: 'A valid key is needed' },
  forbidden: { status: 403, title: 'This key may not do that' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'This method is not offered here' },
  'payload-too-large': { status: 413, title: 'The body is too large' },
  'pool-name-taken': { status: 409, title: 'A pool of this name exists' },
  'show-name-taken': { status: 409, title: 'A show of this name exists' },
  'show-status-conflict': { status: 409, title: 'The show is not at that point of its life' },
  'venue-occupied': { status: 409, title: 'The venue is taken at that time' },
  'too-close-to-start': { status: 409, title: 'The show starts too soon' },
  'insufficient-inventory': { status: 409, title: 'Not enough tickets are available' },
  'invalid-quantity': { status: 422, title: 'The quantity is out of bounds' },
  'seat-unavailable': { status: 409, title: 'A seat is not available' },
  'price-changed': { status: 409, title: 'Tickets cost more by now' },
  'customer-limit-reached': { status: 409, title: 'The customer may have no more tickets' },
  'sales-stopped': { status: 409, title: 'Sales are stopped' },
  'sales-not-open': { status: 409, title: 'Sales are not open yet' },
  'pool-cancelled': { status: 409, title: 'The pool was cancelled' },
  'purchase-expired': { status: 410, title: 'The hold has ended' },
  'purchase-not-payable': { status: 409, title: 'The purchase cannot be paid' },
  'purchase-not-cancellable': { status: 409, title: 'The purchase cannot be cancelled' },
  'cart-checked-out': { status: 409, title: 'The cart is checked out' },
  'cart-changed': { status: 409, title: 'The cart changed meanwhile' },
  'cart-full': { status: 409, title: 'The cart takes no more' },
  'nothing-to-undo': { status: 409, title: 'There is nothing to undo' },
  'payment-declined': { status: 402, title: 'The payment was declined' },
  'past-date': { status: 422, title: 'The date is in the past' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something went wrong on our side' },
  unavailable: { status: 503, title: 'A part of the service is away' },
} as const satisfies Record<string, { status: number; title: string }>;
export type Slug = keyof typeof problemKinds;

/** RFC 9457. */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance?: string;
  [member: string]: unknown;
}

/** Thrown by a route; the error handler answers it. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly document: ProblemDocument;
  constructor(
    readonly slug: Slug,
    detail: string,
    members: Record<string, unknown> = {},
    readonly headers: Record<string, string> = {},
  ) {
    super(detail);
    const { status, title } = problemKinds[slug];
    this.document = { ...members, type: `/problems/${slug}`, title, status, detail };
  }
}

export const notFound = (what: string) => new Problem('not-found', `There is no ${what}.`);

export const payloadTooLarge = () => new Problem('payload-too-large', 'A body may have 100 kB at the most.');

const retryAfterSeconds = '2';

export const unavailable = (what: string) =>
  new Problem(
    'unavailable',
    `${what} Nothing was lost; try again in a moment.`,
    {},
    { 'Retry-After': retryAfterSeconds },
  );

/** What a promoter may still do with a show, by where it stands. */
const ahead = {
  draft: 'it can be changed, published or cancelled',
  published: 'it can be opened or cancelled',
  'sales-open': 'it can be closed or cancelled',
  'sales-closed': 'it can only be cancelled',
  completed: 'it is over',
  cancelled: 'it stays so',
} satisfies Record<ShowStatus, string>;

/** The one place where what the business refuses becomes a problem of the contract. */
export function refusalProblem(refusal: Refusal): Problem {
  switch (refusal.slug) {
    case 'insufficient-inventory': {
      const { requested, available, pool } = refusal;
      const detail = `${requested} tickets of ${pool} were asked for, ${available} are available.`;
      return new Problem(refusal.slug, detail, { pool, requested, available });
    }
    case 'invalid-quantity': {
      const { min, max, pool } = refusal;
      return new Problem(refusal.slug, `One purchase takes ${min} to ${max} tickets of ${pool}.`, { pool, min, max });
    }
    case 'not-withheld': {
      const { pool, withheld: max } = refusal;
      const detail = `${max} tickets of ${pool} are withheld; more cannot be given back.`;
      return new Problem('invalid-quantity', detail, { pool, min: 1, max });
    }
    case 'sales-stopped': {
      const { pool, reason } = refusal;
      return new Problem(refusal.slug, `Sales of ${pool} are stopped: ${reason}.`, { pool, reason });
    }
    case 'sales-not-open':
      return new Problem(refusal.slug, `Sales of ${refusal.pool} are not open yet.`, { pool: refusal.pool });
    case 'pool-cancelled': {
      const { pool, reason } = refusal;
      return new Problem(refusal.slug, `The pool ${pool} was cancelled: ${reason}.`, { pool, reason });
    }
    case 'pool-name-taken':
      return new Problem(refusal.slug, `A pool named ${refusal.pool} exists already; choose another name.`);
    case 'mixed-currencies': {
      const message = `one purchase, one currency; here are ${refusal.currencies.join(' and ')}`;
      return validationFailed([{ path: 'currency', message }]);
    }
    case 'wrong-currency': {
      const message = `must be ${refusal.currency}, in which ${refusal.pool} is sold`;
      const path = refusal.field === 'maxUnitPrice' ? 'items.maxUnitPrice.currency' : 'price.currency';
      return validationFailed([{ path, message }]);
    }
    case 'start-unknown': {
      const message = `follows the time to the start, which the pool ${refusal.pool} does not name`;
      return validationFailed([{ path: 'pricing', message }]);
    }
    case 'wrong-numbering': {
      const { pool, numbered } = refusal;
      const message = numbered
        ? `the pool ${pool} is numbered: name its seats`
        : `the pool ${pool} has no numbered seats`;
      return validationFailed([{ path: numbered ? 'quantity' : 'seats', message }]);
    }
    case 'seat-unavailable': {
      const { pool, seats } = refusal;
      return new Problem(refusal.slug, `Not available in ${pool}: ${seats.join(', ')}.`, { pool, seats });
    }
    case 'price-changed': {
      const { pool, price } = refusal;
      const detail = `A ticket of ${pool} costs ${price.amount} ${price.currency} (minor units) now, more than you would pay.`;
      return new Problem(refusal.slug, detail, { pool, price });
    }
    case 'customer-limit-reached': {
      const { pool, limit, held, counted } = refusal;
      const detail =
        counted === 'held'
          ? `One customer may hold ${limit} tickets of ${pool} at a time; this one holds ${held}. Pay for them, or cancel them.`
          : `One customer may have ${limit} tickets of ${pool}; this one has ${held} already.`;
      return new Problem(refusal.slug, detail, { pool, limit, held, ...(counted && { counted }) });
    }
    case 'cart-checked-out': {
      const { purchaseId } = refusal;
      return new Problem(refusal.slug, `The cart has become purchase ${purchaseId}.`, { purchaseId });
    }
    case 'cart-changed':
      return new Problem(refusal.slug, 'The cart changed while it was being checked out; look at it and try again.');
    case 'cart-empty':
      return validationFailed([{ path: 'items', message: 'there is nothing in the cart' }]);
    case 'cart-full': {
      const { of, most } = refusal;
      const detail = `A cart takes ${most} ${of} at the most; check it out, or begin another one.`;
      return new Problem(refusal.slug, detail, { of, most });
    }
    case 'nothing-to-undo':
      return new Problem(refusal.slug, 'The cart is as it began, or what is left is too long ago to be undone.');
    case 'seats-and-quantity': {
      const message = `the line of ${refusal.pool} in the cart is not of the same kind: named seats, or a quantity`;
      return validationFailed([{ path: 'seats', message }]);
    }
    case 'show-name-taken': {
      const { show } = refusal;
      return new Problem(refusal.slug, `A show named ${show} exists already; choose another name.`, { show });
    }
    case 'show-status-conflict': {
      const { show, showStatus } = refusal;
      return new Problem(refusal.slug, `The show ${show} is ${showStatus}: ${ahead[showStatus]}.`, {
        show,
        showStatus,
      });
    }
    case 'venue-occupied': {
      const { venue, show, from, until } = refusal;
      const detail = `The show ${show} has ${venue} from ${from} until ${until}.`;
      return new Problem(refusal.slug, detail, { venue, show, from, until });
    }
    case 'too-close-to-start': {
      const { show, startsAt } = refusal;
      const detail = `The show ${show} starts at ${startsAt}; it can be cancelled until ${showLimits.cancelHours} hours before.`;
      return new Problem(refusal.slug, detail, { show, startsAt });
    }
    case 'past-date': {
      const { field } = refusal;
      return new Problem(refusal.slug, `${field} is in the past.`, { field });
    }
    case 'validation-failed':
      return validationFailed(refusal.errors);
    case 'not-found':
      return notFound(refusal.what);
  }
}

export interface FieldError {
  path: string;
  message: string;
}

/** A wrong request may hold thousands of mistakes, and name them in its own long words: so much of it is repeated. */
const toldOfMistakes = { errors: 20, characters: 200 } as const;

export function validationFailed(all: readonly FieldError[]): Problem {
  const short = (text: string) => text.slice(0, toldOfMistakes.characters);
  const errors = all
    .slice(0, toldOfMistakes.errors)
    .map(({ path, message }) => ({ path: short(path), message: short(message) }));
  const detail = errors.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ');
  return new Problem('validation-failed', detail, { errors });
}

/** @param offered methods such as `GET` */
export function methodNotAllowed(method: string, offered: readonly string[]): Problem {
  const allow = [...offered, ...(offered.includes('GET') ? ['HEAD'] : [])].join(', ');
  return new Problem('method-not-allowed', `${method} is not offered here; ${allow} is.`, {}, { Allow: allow });
}
