import { z } from 'zod';
import type { Money } from './money';

/** Changes when the way a price is worked out changes, so that an old claim can still be explained. */
export const pricingRuleVersion = 1;

/** Why a ticket cost what it cost: share in per cent of capacity sold or claimed, whole days left to the start. */
export const quoteSchema = z.object({
  rule: z.int(),
  sharePercent: z.number(),
  daysLeft: z.int().optional(),
  factors: z.array(z.object({ name: z.string(), percent: z.number(), because: z.string() })),
});
export type Quote = z.infer<typeof quoteSchema>;

interface Priced {
  price: Money;
  capacity: number;
  claimed: number;
  sold: number;
  startsAt?: string | undefined;
}

const dayInMilliseconds = 86_400_000;

/** Explains the price of this moment; a flat price has no factors. */
export function quote(pool: Priced, now: Date): Quote {
  const sharePercent = Math.floor(((pool.claimed + pool.sold) * 10_000) / pool.capacity) / 100;
  const explained: Quote = { rule: pricingRuleVersion, sharePercent, factors: [] };
  if (pool.startsAt !== undefined) {
    explained.daysLeft = Math.max(0, Math.floor((Date.parse(pool.startsAt) - now.getTime()) / dayInMilliseconds));
  }
  return explained;
}
