import { z } from 'zod';

/** A moment that calendars of four-digit years have, and Postgres as well, in UTC. */
function inUtc(given: string, context: z.RefinementCtx): string {
  const moment = new Date(given);
  const year = moment.getUTCFullYear();
  if (year >= 1 && year <= 9999) return moment.toISOString();
  context.addIssue({ code: 'custom', message: 'must be in the years 1 to 9999 of UTC' });
  return z.NEVER;
}

/** A moment from outside, whatever its offset. */
export const givenInstant = z.iso.datetime({ offset: true }).describe('RFC 3339').transform(inUtc);
/** The same, or a day in its place. */
export const givenMoment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()])
  .transform(inUtc)
  .describe('RFC 3339, or a day: its first moment in UTC');
