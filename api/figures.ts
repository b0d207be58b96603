import type { Money } from '../src/domain';
import type { Conversion, Figures } from '../src/projections';

interface Counts {
  capacity: number;
  available: number;
  claimed: number;
  sold: number;
  withheld: number;
}

/** Two decimals. */
const percent = (part: number, whole: number) => Math.round((part / whole) * 10_000) / 100;

/** What was sold and earned, day by day and in all, and how many of those who reserved tickets bought them. */
export function presentFigures(counts: Counts, figures: Figures, currency: string) {
  const { revenue, tickets } = figures.revenue;
  const money = (amount: number): Money => ({ amount, currency });
  const { capacity, available, claimed, sold, withheld } = counts;
  return {
    capacity,
    available,
    claimed,
    sold,
    withheld,
    soldPercent: capacity === 0 ? 0 : percent(sold, capacity),
    revenue: money(revenue),
    ...(tickets > 0 && { averagePrice: money(Math.round(revenue / tickets)) }),
    sellThrough: sellThrough(figures.days, capacity),
    conversion: presentConversion(figures.conversion),
  };
}

function sellThrough(days: Figures['days'], capacity: number) {
  let sold = 0;
  let revenue = 0;
  return days.map(({ day, tickets, total }) => {
    sold += tickets;
    revenue += total;
    return { day, tickets, sold, percent: percent(sold, capacity), revenue };
  });
}

function presentConversion(conversion: Conversion) {
  const { reserved, confirmed, expired, cancelled, failed } = conversion;
  const open = (count: 'purchases' | 'tickets') =>
    reserved[count] - confirmed[count] - expired[count] - cancelled[count] - failed[count];
  return {
    ...conversion,
    open: { purchases: open('purchases'), tickets: open('tickets') },
    ...(reserved.purchases > 0 && { percent: percent(confirmed.purchases, reserved.purchases) }),
  };
}

/** Of several pools together. */
export function sumOfCounts(pools: readonly Counts[]): Counts {
  const sum = (count: keyof Counts) => pools.reduce((total, pool) => total + pool[count], 0);
  return {
    capacity: sum('capacity'),
    available: sum('available'),
    claimed: sum('claimed'),
    sold: sum('sold'),
    withheld: sum('withheld'),
  };
}
