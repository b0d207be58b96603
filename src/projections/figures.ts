import type { Pool as Database } from 'pg';
import { lastPosition } from '../store';
import { type Conversion, conversionOfPools, conversionOfShow, conversionPerPool } from './conversion-per-pool';
import { type Revenue, revenueOfPools, revenuePerPool } from './revenue-per-pool';
import { type SoldOnDay, salesByDay, soldByDay } from './sales-by-day';
import { waitForPosition } from './wait';

/** How the sale of a pool, or of several together, has gone so far. */
export interface Figures {
  revenue: Revenue;
  /** From the first day on which something was sold. */
  days: readonly Omit<SoldOnDay, 'pool'>[];
  conversion: Conversion;
}

/** Waits until the read models hold all that is committed by now, or the time for that is over. */
export async function waitForFigures(database: Database): Promise<void> {
  const position = await lastPosition(database);
  const readModels = [salesByDay, revenuePerPool, conversionPerPool];
  await Promise.all(readModels.map((projection) => waitForPosition(database, projection, position)));
}

/** By the names of pools. */
export async function figuresOfPools(database: Database, pools: readonly string[]): Promise<(pool: string) => Figures> {
  const [revenue, sold, conversion] = await Promise.all([
    revenueOfPools(database, pools),
    soldByDay(database, pools),
    conversionOfPools(database, pools),
  ]);
  return (pool) => ({
    revenue: revenue(pool),
    days: sold.flatMap(({ pool: of, ...day }) => (of === pool ? [day] : [])),
    conversion: conversion(pool),
  });
}

/** Of a show: what its sections come to together, in one currency, and each of them. */
export async function figuresOfShow(
  database: Database,
  show: string,
  sections: readonly string[],
): Promise<{ total: Figures; section: (pool: string) => Figures }> {
  const [section, conversion] = await Promise.all([
    figuresOfPools(database, sections),
    conversionOfShow(database, show),
  ]);
  const each = sections.map(section);
  const total = {
    revenue: each.reduce(
      (sum, { revenue }) => ({ revenue: sum.revenue + revenue.revenue, tickets: sum.tickets + revenue.tickets }),
      { revenue: 0, tickets: 0 },
    ),
    days: together(each.flatMap(({ days }) => days)),
    conversion,
  };
  return { total, section };
}

function together(days: Figures['days']): Figures['days'] {
  const sums = new Map<string, Figures['days'][number]>();
  for (const { day, tickets, total } of days) {
    const sum = sums.get(day) ?? { day, tickets: 0, total: 0 };
    sums.set(day, { day, tickets: sum.tickets + tickets, total: sum.total + total });
  }
  return [...sums.values()].sort((one, other) => one.day.localeCompare(other.day));
}
