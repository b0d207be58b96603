/** What comes in and what goes out of purchases; a line is that of a cart as well. */
import { z } from 'zod';
import {
  allDiffer,
  givenSeatLabel,
  money,
  paymentMethodType,
  plainText,
  poolLimits,
  poolName,
  purchaseLimits,
  sameText,
  totalMoney,
} from '../src/domain';
import { namesOne, oneOfBoth } from './pool-schemas';
import { customerId, instant, limit, positiveMoney, problemAnswer, textLimits } from './schemas';

export const purchaseParams = z.object({ id: z.uuid().toLowerCase() });

export const customerParams = z.object({ id: customerId });

const preferHeader = z.string().optional().describe('wait=N: seconds to wait for the outcome, 30 at the most');

const idempotencyKey = (remembered: string) => z.string().min(1).max(255).describe(`New for every ${remembered}`);

export const waitHeaders = z.object({ Prefer: preferHeader });

export const changeHeaders = waitHeaders.extend({
  'If-None-Match': z
    .string()
    .optional()
    .describe('The ETags of the answers that are known already: another one comes at once, however long the wait'),
});

export const purchaseHeaders = z.object({
  'Idempotency-Key': idempotencyKey('purchase, the same for a retry; remembered for 24 h'),
  Prefer: preferHeader,
});

export const paymentHeaders = z.object({
  'Idempotency-Key': idempotencyKey('payment, the same for a retry; remembered for 24 h').optional(),
  Prefer: preferHeader,
});

const wanted = {
  quantity: z.int().optional(),
  seats: z.array(givenSeatLabel).min(1).max(poolLimits.maxPerPurchase.most).optional(),
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
    .refine(({ seats }) => !seats || allDiffer(seats, sameText), {
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

export const purchasesQuery = z.strictObject({ limit, cursor: z.uuid().optional() });

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
