import type { ShowHours } from '../activities';

/** A time at which a show goes on by itself, and how. */
export type Hour = { at: string; step: 'openSales' | 'closeSales' | 'complete' | 'callOff' };

export const hourInWords = {
  openSales: 'Sales opened on time.',
  closeSales: 'Sales closed on time.',
  complete: '',
} as const;

/** @param openingIsPast whoever comes to open the sale only after it is over does not open it any more */
export function nextHour(status: string, hours: ShowHours | undefined, openingIsPast: boolean): Hour | undefined {
  if (!hours) return undefined;
  const { opensAt, closesAt, startsAt, endsAt } = hours;
  switch (status) {
    case 'draft':
      return { at: startsAt, step: 'callOff' };
    case 'published':
      return opensAt === undefined || openingIsPast
        ? { at: closesAt, step: 'closeSales' }
        : { at: opensAt, step: 'openSales' };
    case 'sales-open':
      return { at: closesAt, step: 'closeSales' };
    case 'sales-closed':
      return { at: endsAt, step: 'complete' };
    default:
      return undefined;
  }
}
