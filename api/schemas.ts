import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { holdsPolicy, money, paymentMethodType, plainText, poolLimits, poolName, purchaseLimits } from '../src/domain';

extendZodWithOpenApi(z);

/** What comes in and what goes out, once: Express parses by it and OpenAPI is made from it. */
const textLimits = { title: 200, reason: 500, customerId: purchaseLimits.customerIdLength, token: 200 } as const;

const instant = z.iso.datetime({ offset: true }).describe('RFC 3339');
/** Kept and answered in UTC. */
const givenInstant = instant.transform((given) => new Date(given).toISOString());
const currencies = new Set(Intl.supportedValuesOf('currency'));
const positiveMoney = z
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

export const newPool = z
  .strictObject({
    name: poolName,
    title: plainText(textLimits.title).optional(),
    capacity: z.int().min(1).max(poolLimits.capacity),
    price: positiveMoney,
    maxPerPurchase: z
      .int()
      .min(poolLimits.maxPerPurchase.least)
      .max(poolLimits.maxPerPurchase.most)
      .default(poolLimits.maxPerPurchase.usual),
    holdSeconds: z
      .int()
      .min(poolLimits.holdSeconds.least)
      .max(poolLimits.holdSeconds.most)
      .default(poolLimits.holdSeconds.usual),
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
  .openapi('NewPool');

export const stopBody = z.strictObject({ reason, holds: holdsPolicy.default('release') }).openapi('Stop');
export const emptyBody = z.strictObject({});
export const repriceBody = z.strictObject({ price: positiveMoney }).openapi('Reprice');
export const cancelBody = z.strictObject({ reason }).openapi('CancelPool');

export const newPurchase = z
  .strictObject({
    customerId,
    items: z
      .array(z.strictObject({ pool: poolName, quantity: z.int() }))
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
export const priceQuery = z.strictObject({
  quantity: z.coerce.number().int().min(1).max(poolLimits.maxPerPurchase.most).default(1),
});
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
    price: money,
    maxPerPurchase: z.int(),
    holdSeconds: z.int(),
    startsAt: instant.optional(),
    opensAt: instant.optional(),
    closesAt: instant.optional(),
    reason: z.string().optional(),
    position: z.int(),
  })
  .openapi('Pool', { description: 'available + claimed + sold = capacity' });
export const poolsAnswer = z.object({ pools: z.array(poolAnswer), next: z.string().optional() });
export const priceAnswer = z.object({
  unit: money,
  total: money,
  factors: z.array(z.object({ name: z.string(), percent: z.number(), because: z.string() })),
});

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
        tickets: z.array(z.object({ id: z.uuid(), price: money })),
      }),
    ),
    total: money.optional(),
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
export const liveAnswer = z.object({ status: z.literal('live') });
export const readyAnswer = z.object({
  status: z.enum(['ready', 'not-ready']),
  away: z.array(z.enum(['postgres', 'temporal', 'worker'])),
});
export const metricsAnswer = z.string().describe('Prometheus text format');
export const revenueAnswer = z.object({ revenue: money, tickets: z.int() });
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
