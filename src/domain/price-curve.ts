import { dayInMilliseconds } from './price-factors';
import { type Priced, type Pricing, quote } from './pricing';

/** Points of a curve over days; a longer time is told in wider steps. */
export const curveLimits = { days: 400 } as const;

/** How a price moves: amounts in minor units. */
export interface PriceCurve {
  /** For every whole share of the capacity that could be gone at this moment. */
  bySharePercent: { percent: number; price: number }[];
  /** For whole days before the start, with as many tickets gone as now; nothing where the pool has no start. */
  byDaysLeft: { days: number; price: number }[];
}

export function priceCurve(pool: Priced, now: Date): PriceCurve {
  const shares = Array.from({ length: 101 }, (_, percent) => percent);
  return {
    bySharePercent: shares.map((percent) => {
      const { unit } = quote({ ...pool, capacity: 100, claimed: 0, sold: percent }, now);
      return { percent, price: unit.amount };
    }),
    byDaysLeft: daysLeft(pool, now).map((days) => {
      const then = new Date(Date.parse(pool.startsAt ?? '') - days * dayInMilliseconds);
      return { days, price: quote(pool, then).unit.amount };
    }),
  };
}

/** From now, or from the day before time first moves the price where that is later, to the start. */
function daysLeft({ startsAt, pricing }: Priced, now: Date): number[] {
  if (startsAt === undefined) return [];
  const left = Math.max(0, Math.floor((Date.parse(startsAt) - now.getTime()) / dayInMilliseconds));
  const first = Math.min(left, earliestBound(pricing) + 1);
  const step = Math.max(1, Math.ceil(first / (curveLimits.days - 1)));
  const days: number[] = [];
  for (let day = first; day > 0; day -= step) days.push(day);
  return [...days, 0];
}

/** Days before the start from which on time may move the price; infinite where it never does. */
function earliestBound({ tiers = [], countdown }: Pricing = {}): number {
  const bounds = tiers.flatMap(({ fromDaysBefore, withinDays }) => [fromDaysBefore ?? 0, withinDays ?? 0]);
  const earliest = Math.max(0, ...bounds, countdown?.startDaysBefore ?? 0);
  return earliest === 0 ? Number.POSITIVE_INFINITY : earliest;
}
