import { z } from 'zod';
import { type Money, money } from './money';
import { multiplied, share } from './percent';
import { dayInMilliseconds, factorsOf } from './price-factors';
import { type Pricing, pricingLimits } from './pricing-rules';

export { givenPricing, needsStart, type Pricing, pricingLimits, pricingSchema } from './pricing-rules';

/** Changes when the way a price is worked out changes, so that an old claim can still be explained. */
export const pricingRuleVersion = 2;

/**
 * Why a ticket cost what it cost: share in per cent of capacity sold or claimed, whole days left to the start. The price
 * is `base` times all factors, rounded half up once, unless it was `clamped`: then it is the bound. A flat price has no
 * base and no factors; it is its own base.
 */
export const quoteSchema = z.object({
  rule: z.int(),
  base: money.optional(),
  sharePercent: z.number(),
  daysLeft: z.int().optional(),
  factors: z.array(z.object({ name: z.string(), percent: z.number(), because: z.string() })),
  clamped: z.object({ to: z.enum(['floor', 'ceiling']), amount: z.int() }).optional(),
});
export type Quote = z.infer<typeof quoteSchema>;

/** What has a price: `price` is the base, `claimed` and `sold` are counts of tickets. */
export interface Priced {
  price: Money;
  pricing?: Pricing | undefined;
  capacity: number;
  claimed: number;
  sold: number;
  startsAt?: string | undefined;
}

/** The price of one ticket at this moment, and its explanation. Time moves no price without `startsAt`. */
export function quote(pool: Priced, now: Date): { unit: Money; quote: Quote } {
  const { price, pricing, capacity, startsAt } = pool;
  const taken = pool.claimed + pool.sold;
  const left = startsAt === undefined ? undefined : Date.parse(startsAt) - now.getTime();
  const explained: Quote = { rule: pricingRuleVersion, sharePercent: share(taken, capacity), factors: [] };
  if (left !== undefined) explained.daysLeft = Math.max(0, Math.floor(left / dayInMilliseconds));
  if (!pricing || isFlat(pricing)) return { unit: price, quote: explained };

  explained.base = price;
  explained.factors = factorsOf(pricing, { taken, capacity, left });
  const moved = multiplied(price.amount, explained.factors);
  const { floor = pricingLimits.floor, ceiling = pricingLimits.ceiling } = pricing;
  const amount = Math.min(Math.max(moved, floor), ceiling);
  if (amount !== moved) explained.clamped = { to: amount > moved ? 'floor' : 'ceiling', amount };
  return { unit: { amount, currency: price.currency }, quote: explained };
}

const isFlat = ({ tiers, demand, countdown, floor, ceiling }: Pricing): boolean =>
  !tiers?.length && !demand && !countdown && floor === undefined && ceiling === undefined;
