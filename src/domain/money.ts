import { z } from 'zod';

/** An amount in minor units (cents) of one ISO 4217 currency; never a fraction. */
export const money = z.object({
  amount: z.int().min(0).max(1_000_000_000_00),
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as EUR'),
});
export type Money = z.infer<typeof money>;

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
