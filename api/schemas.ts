import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import {
  givenInstant,
  holdsPolicy,
  money,
  needsStart,
  paymentMethodType,
  plainText,
  poolLimits,
  poolName,
  pricingSchema,
  purchaseLimits,
  rowsOfLabels,
  seatCount,
  seatLabel,
  seatLabels,
  seatRows,
  totalMoney,
} from '../src/domain';

extendZodWithOpenApi(z);

/** What comes in and what goes out, once: Express parses by it and OpenAPI is made from it. */
const textLimits = { title: 200, reason: 500, customerId: purchaseLimits.customerIdLength, token: 200 } as const;

export const instant = z.iso.datetime({ offset: true }).describe('RFC 3339');
export const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));
export const positiveMoney = z
  .strictObject({
    amount: money.shape.amount.min(1, 'must cost something'),
    currency: money.shape.currency.refine((code) => currencies.has(code), 'is no currency of ISO 4217'),
  })
  .openapi('Money', {
    description: 'Integer minor units of an ISO 4217 currency',
  });
const reason = plainText(textLimits.reason);

export const poolParams = z.object({ name: poolName });
export const purchaseParams = z.object({ id: z.uuid().toLowerCase() });
export const customerId = plainText(textLimits.customerId);

export const customerParams = z.object({ id: customerId });
const preferHeader = z.string().optional().describe('wait=N: seconds to wait for the outcome, 30 at the most');
const idempotencyKey = (remembered: string) => z.string().min(1).max(255).describe(`New for every ${remembered}`);
export const waitHeaders = z.object({ Prefer: preferHeader });
export const changeHeaders = waitHeaders.extend({
  'If-None-Match': z
    .string()
    .optional()
    .describe('The ETag of the answer that is known already: another one comes at once, however long the wait'),
});
export const purchaseHeaders = z.object({
  'Idempotency-Key': idempotencyKey('purchase, the same for a retry; remembered for 24 h'),
  Prefer: preferHeader,
});
export const paymentHeaders = z.object({
  'Idempotency-Key': idempotencyKey('payment, the same for a retry; remembered with the purchase').optional(),
  Prefer: preferHeader,
});

/** What is sold of a pool, and how: so for pools by name alone and for the sections of a show. */
const offer = {
  capacity: z.int().min(1).max(poolLimits.capacity).optional().describe('Left out where seats or rows give it'),
  seats: seatLabels
    .optional()
    .describe('Seats by name, such as A-1: what stands before the last hyphen is the row; the front row first'),
  rows: seatRows.optional().describe('Many seats in few words, the front row first'),
  price: positiveMoney,
  pricing: pricingSchema.optional(),
  maxPerPurchase: z
    .int()
    .min(poolLimits.maxPerPurchase.least)
    .max(poolLimits.maxPerPurchase.most)
    .default(poolLimits.maxPerPurchase.usual),
  maxPerCustomer: z
    .int()
    .min(poolLimits.maxPerCustomer.least)
    .max(poolLimits.maxPerCustomer.most)
    .optional()
    .describe('Tickets that one customer may hold and have bought'),
  holdSeconds: z
    .int()
    .min(poolLimits.holdSeconds.least)
    .max(poolLimits.holdSeconds.most)
    .default(poolLimits.holdSeconds.usual),
};

interface Offer {
  capacity?: number | undefined;
  seats?: string[] | undefined;
  rows?: z.output<typeof seatRows> | undefined;
}

const offersOnce = ({ capacity, seats, rows }: Offer) =>
  [capacity, seats, rows].filter((given) => given !== undefined).length === 1;
const offeredOnce = { path: ['capacity'], message: 'give one of capacity, seats and rows' };

/** What was given in one of three ways: how many tickets there are, and the seats where they are numbered. */
function sized<Given extends Offer>({ capacity = 0, seats, rows, ...rest }: Given) {
  const numbered = seats ? rowsOfLabels(seats) : rows;
  return { ...rest, capacity: numbered ? seatCount(numbered) : capacity, ...(numbered && { rows: numbered }) };
}

export const newPool = z
  .strictObject({
    name: poolName,
    title: plainText(textLimits.title).optional(),
    ...offer,
    startsAt: givenInstant.optional(),
    opensAt: givenInstant.optional(),
    closesAt: givenInstant.optional(),
  })
  .refine(({ opensAt, closesAt }) => !opensAt || !closesAt || Date.parse(opensAt) < Date.parse(closesAt), {
    path: ['closesAt'],
    message: 'must be after opensAt',
  })
  .refine(({ startsAt, opensAt }) => !startsAt || !opensAt || Date.parse(opensAt) < Date.parse(startsAt), {
    path: ['opensAt'],
    message: 'must be before startsAt',
  })
  .refine(({ startsAt, pricing }) => startsAt !== undefined || !pricing || !needsStart(pricing), {
    path: ['startsAt'],
    message: 'is needed by a pricing that follows the time to the start',
  })
  .refine(offersOnce, offeredOnce)
  .transform(sized)
  .openapi('NewPool');

export const stopBody = z.strictObject({ reason, holds: holdsPolicy.default('release') }).openapi('Stop');
export const emptyBody = z.strictObject({});
export const repriceBody = z
  .strictObject({ price: positiveMoney.optional(), pricing: pricingSchema.optional() })
  .refine(({ price, pricing }) => price !== undefined || pricing !== undefined, {
    path: ['price'],
    message: 'give a price, a pricing, or both',
  })
  .openapi('Reprice');
const someTickets = {
  quantity: z.int().min(1).max(poolLimits.capacity).optional(),
  seats: z.array(seatLabel).min(1).max(poolLimits.seatsAtOnce).optional(),
};
const namesOne = ({ quantity, seats }: { quantity?: number | undefined; seats?: string[] | undefined }) =>
  (quantity === undefined) !== (seats === undefined);
const oneOfBoth = { path: ['quantity'], message: 'give a quantity, or the seats of a numbered pool' };
export const withholdBody = z
  .strictObject({ ...someTickets, reason: reason.optional() })
  .refine(namesOne, oneOfBoth)
  .openapi('Withhold');
export const giveBackBody = z.strictObject(someTickets).refine(namesOne, oneOfBoth).openapi('GiveBack');
export const cancelBody = z.strictObject({ reason }).openapi('CancelPool');

const wanted = {
  quantity: z.int().optional(),
  seats: z.array(seatLabel).min(1).max(poolLimits.maxPerPurchase.most).optional(),
  bestAvailable: z.boolean().optional().describe('The best seats of a numbered pool, which no named seats give anyway'),
  maxUnitPrice: positiveMoney.optional().describe('The most that one ticket may cost'),
};
interface Wanted {
  quantity?: number | undefined;
  seats?: string[] | undefined;
  bestAvailable?: boolean | undefined;
}

/** Tickets of one pool: so many, or these seats. */
function tickets<Given extends Wanted>(given: z.ZodType<Given>) {
  return given
    .refine(namesOne, oneOfBoth)
    .refine(({ seats }) => !seats || new Set(seats).size === seats.length, {
      path: ['seats'],
      message: 'names a seat twice',
    })
    .refine(({ seats, bestAvailable }) => !seats || bestAvailable !== true, {
      path: ['bestAvailable'],
      message: 'is not asked together with seats by name',
    })
    .transform(({ quantity, seats, ...others }) => ({
      ...others,
      quantity: seats?.length ?? quantity ?? 0,
      ...(seats && { seats }),
    }));
}

export const line = tickets(z.strictObject({ pool: poolName, ...wanted }));
/** The same where the path names the pool. */
export const lineOfPool = tickets(z.strictObject(wanted));

export const newPurchase = z
  .strictObject({
    customerId,
    items: z
      .array(line)
      .min(1)
      .max(purchaseLimits.lines)
      .refine((items) => new Set(items.map(({ pool }) => pool)).size === items.length, 'names a pool twice'),
  })
  .openapi('NewPurchase');

export const paymentBody = z
  .strictObject({
    method: z.strictObject({ type: paymentMethodType, token: plainText(textLimits.token) }),
  })
  .openapi('Payment');

export const pageLimits = { usual: 50, most: 200 } as const;
const limit = z.coerce.number().int().min(1).max(pageLimits.most).default(pageLimits.usual);
export const poolStatusName = z.enum(['scheduled', 'on-sale', 'stopped', 'closed', 'cancelled']);
export const poolsQuery = z.strictObject({ status: poolStatusName.optional(), limit, cursor: poolName.optional() });
export const purchasesQuery = z.strictObject({ limit, cursor: z.uuid().optional() });
export const poolQuery = z.strictObject({ pool: poolName });

export const poolAnswer = z
  .object({
    name: poolName,
    title: z.string(),
    status: poolStatusName,
    soldOut: z.boolean(),
    capacity: z.int(),
    available: z.int(),
    claimed: z.int(),
    sold: z.int(),
    withheld: z.int().describe('Kept from sale by the promoter'),
    price: money.describe('What one ticket costs now'),
    basePrice: money,
    pricing: pricingSchema.optional(),
    numbered: z.boolean().describe('Whether its seats have names'),
    maxPerPurchase: z.int(),
    maxPerCustomer: z.int().optional(),
    holdSeconds: z.int(),
    startsAt: instant.optional(),
    opensAt: instant.optional(),
    closesAt: instant.optional(),
    show: z.string().optional().describe('The show whose section it is'),
    reason: z.string().optional(),
    position: z.int(),
  })
  .openapi('Pool', { description: 'available + claimed + sold + withheld = capacity' });
export const poolsAnswer = z.object({ pools: z.array(poolAnswer), next: z.string().optional() });

export const seatsAnswer = z
  .object({
    pool: poolName,
    position: z.int(),
    rows: z.array(
      z.object({
        row: z.string(),
        seats: z.array(z.object({ seat: z.string(), status: z.enum(['available', 'claimed', 'sold', 'withheld']) })),
      }),
    ),
  })
  .openapi('Seats');

export const problemAnswer = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().optional(),
  })
  .openapi('Problem', { description: 'RFC 9457' });

const purchaseStatusName = z.enum([
  'requested',
  'reserved',
  'paying',
  'confirmed',
  'rejected',
  'expired',
  'cancelled',
  'payment-failed',
  'refunded',
]);
export const acceptedAnswer = z.object({ id: z.uuid(), status: purchaseStatusName }).openapi('Accepted');
export const purchaseAnswer = z
  .object({
    id: z.uuid(),
    status: purchaseStatusName,
    customerId: z.string(),
    items: z.array(
      z.object({
        pool: z.string(),
        quantity: z.int(),
        tickets: z.array(z.object({ id: z.uuid(), price: money, seat: z.string().optional() })),
      }),
    ),
    total: totalMoney.optional(),
    expiresAt: instant.optional(),
    orderId: z.string().optional(),
    failure: problemAnswer.optional(),
    createdAt: instant,
    updatedAt: instant,
  })
  .openapi('Purchase');
export const purchasesAnswer = z.object({ purchases: z.array(purchaseAnswer), next: z.string().optional() });
export const timelineAnswer = z.object({
  events: z.array(z.object({ type: z.string(), at: instant, data: z.record(z.string(), z.unknown()) })),
});

export const streamLimits = { nameLength: 200, events: { usual: 100, most: 1_000 } } as const;
export const streamParams = z.object({
  stream: z
    .string()
    .max(streamLimits.nameLength)
    .regex(/^[a-z]+-[a-z0-9-]+$/),
});
export const streamQuery = z.strictObject({
  from: z.coerce.number().int().min(1).default(1).describe('Version of the first event wanted'),
  limit: z.coerce.number().int().min(1).max(streamLimits.events.most).default(streamLimits.events.usual),
});
export const streamAnswer = z
  .object({
    stream: z.string(),
    events: z.array(
      z.object({
        name: z.string(),
        data: z.record(z.string(), z.unknown()),
        id: z.uuid(),
        stream: z.string(),
        version: z.int(),
        position: z.int(),
        created: instant,
        meta: z.object({ correlation: z.string(), causation: z.string(), workflow: z.string() }),
      }),
    ),
    next: z.int().optional().describe('Version from which the next page is read, where there is one'),
  })
  .openapi('Stream');
export const liveHeaders = z.object({
  'Last-Event-ID': z
    .string()
    .optional()
    .describe('The id of the last event seen: it is not sent again, and what is newer comes at once'),
});
export const eventStreamAnswer = z
  .string()
  .describe(
    'Server-sent events whose id is a position; a comment every 15 s; the newest state, never every one between',
  );
export const liveAnswer = z.object({ status: z.literal('live') });
export const readyAnswer = z.object({
  status: z.enum(['ready', 'not-ready']),
  away: z.array(z.enum(['postgres', 'temporal', 'worker'])),
});
export const metricsAnswer = z.string().describe('Prometheus text format');
export const revenueAnswer = z.object({ revenue: totalMoney, tickets: z.int() });
export const salesAnswer = z.object({
  days: z.record(
    z.string(),
    z.object({
      total: z.int(),
      count: z.int(),
      tickets: z.int(),
      refunded: z.int().optional(),
      refunds: z.int().optional(),
    }),
  ),
  currency: z.string(),
});

const outcome = z.object({ purchases: z.int(), tickets: z.int() });
export const figures = {
  capacity: z.int(),
  available: z.int(),
  claimed: z.int(),
  sold: z.int(),
  withheld: z.int(),
  soldPercent: z.number().describe('Of the capacity'),
  revenue: totalMoney,
  averagePrice: money.optional().describe('Of the tickets sold, to the minor unit; none where nothing was sold'),
  sellThrough: z
    .array(z.object({ day: z.iso.date(), tickets: z.int(), sold: z.int(), percent: z.number(), revenue: z.int() }))
    .describe(
      'UTC days on which something was sold: tickets of that day; sold, percent of the capacity and revenue until its end',
    ),
  conversion: z
    .object({
      reserved: outcome,
      confirmed: outcome,
      expired: outcome,
      cancelled: outcome,
      failed: outcome,
      open: outcome,
      percent: z.number().optional(),
    })
    .describe('What became of the purchases that reserved tickets; percent of them that were confirmed'),
};
export const poolFiguresAnswer = z
  .object({ name: poolName, title: z.string(), status: poolStatusName, ...figures })
  .openapi('PoolFigures', { description: 'available + claimed + sold + withheld = capacity' });
