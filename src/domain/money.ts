import { z } from 'zod';
import { minorUnits } from './currencies';

/** The most that one ticket may cost, in minor units. */
const highestPrice = 1_000_000_000_00;

/** An amount in minor units (cents) of one ISO 4217 currency, as one ticket may cost it; never a fraction. */
export const money = z.object({
  amount: z.int().min(0).max(highestPrice),
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as EUR'),
});
export type Money = z.infer<typeof money>;

/** What one ticket costs from now on: something. */
export const givenPrice = z.strictObject({
  amount: money.shape.amount.min(1, 'must cost something'),
  currency: money.shape.currency,
});

/** The price of something new. What is sold already is compared with its own currency, which may be gone by then. */
export const newPrice = givenPrice.extend({
  currency: money.shape.currency.refine((code) => minorUnits.has(code), 'is no currency of ISO 4217 today'),
});

/** What several tickets come to, which may be more than one may cost. */
export const totalMoney = money.extend({ amount: z.int().min(0) });

export function times(price: Money, quantity: number): Money {
  return { amount: price.amount * quantity, currency: price.currency };
}

/** Sums amounts of one currency; a second currency is a bug of the caller. */
export function sum(amounts: readonly Money[], currency: string): Money {
  let total = 0;
  for (const each of amounts) {
    if (each.currency !== currency) throw new Error(`cannot add ${each.currency} to ${currency}`);
    total += each.amount;
  }
  return { amount: total, currency };
}
