import type { Money } from './money';
import { multiplied } from './percent';
import type { Quote } from './pricing';

/** What one part of a price comes to, in minor units; negative where it makes the price lower. */
export interface PricePart {
  name: string;
  amount: number;
}

/**
 * Takes a price apart by its explanation: the base, then what each factor adds to the price before it (rounded half up),
 * then what floor or ceiling changed. The parts add up to the price.
 */
export function priceParts(unit: Money, explained: Quote): PricePart[] {
  const { base = unit, factors, clamped } = explained;
  const parts: PricePart[] = [{ name: 'base', amount: base.amount }];
  let soFar = base.amount;
  factors.forEach(({ name }, index) => {
    const next = multiplied(base.amount, factors.slice(0, index + 1));
    parts.push({ name, amount: next - soFar });
    soFar = next;
  });
  if (clamped) parts.push({ name: clamped.to, amount: unit.amount - soFar });
  return parts;
}
