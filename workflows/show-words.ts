import type { ShowHours } from '../activities';

/** Where a show stands and what comes next, for whoever looks at its workflow. */
export function whatComesNext(status: string, hours: ShowHours): string {
  const { opensAt, closesAt, startsAt, endsAt } = hours;
  switch (status) {
    case 'draft':
      return `A draft, to be published before it starts at ${startsAt}.`;
    case 'published':
      return `Published. Sales open ${opensAt ?? 'when the promoter opens them'}, and are over at ${closesAt}.`;
    case 'sales-open':
      return `On sale until ${closesAt}.`;
    case 'sales-closed':
      return `Sales are closed. The show ends at ${endsAt}.`;
    case 'completed':
      return 'The show is over.';
    default:
      return 'The show is cancelled.';
  }
}
