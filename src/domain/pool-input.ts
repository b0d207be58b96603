import { z } from 'zod';
import { salesEnd } from './hours';
import { givenInstant } from './instant';
import { newPrice } from './money';
import { type PoolSettings, poolLimits } from './pool-events';
import { givenPricing, needsStart } from './pricing';
import { givenSeatRows, rowsOfLabels, type SeatRow, seatCount, seatLabels } from './seating';
import { plainText } from './text';

/** What promoters write of pools, by HTTP or by hand into Temporal. */
const whole = ({ least, most }: { least: number; most: number }) => z.int().min(least).max(most);

/** What is sold, and how: so for pools by name alone and for the sections of a show. */
export const offer = {
  capacity: z.int().min(1).max(poolLimits.capacity).optional().describe('Left out where seats or rows give it'),
  seats: seatLabels
    .optional()
    .describe('Seats by name, such as A-1: what stands before the last hyphen is the row; the front row first'),
  rows: givenSeatRows.optional().describe('Many seats in few words, the front row first'),
  price: newPrice,
  pricing: givenPricing.optional(),
  maxPerPurchase: whole(poolLimits.maxPerPurchase).default(poolLimits.maxPerPurchase.usual),
  maxPerCustomer: whole(poolLimits.maxPerCustomer)
    .optional()
    .describe('Tickets that one customer may hold and have bought'),
  maxHeldPerCustomer: whole(poolLimits.maxHeldPerCustomer)
    .optional()
    .describe('Tickets that one customer may hold at a time; else maxPerCustomer, or twice maxPerPurchase'),
  holdSeconds: whole(poolLimits.holdSeconds).default(poolLimits.holdSeconds.usual),
};

interface Size {
  capacity?: number | undefined;
  seats?: string[] | undefined;
  rows?: SeatRow[] | undefined;
}

/** A capacity beside seats must be their number. */
export function refuseUnsized({ capacity, seats, rows }: Size, context: z.RefinementCtx): void {
  const fault = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  if (seats && rows) fault('seats', 'must not be given beside rows');
  const numbered = rows ?? (seats && rowsOfLabels(seats));
  if (!numbered && capacity === undefined) fault('capacity', 'must be given, or seats or rows in its place');
  if (numbered && capacity !== undefined && capacity !== seatCount(numbered)) {
    fault('capacity', `must be the number of seats, ${seatCount(numbered)}, or be left out`);
  }
}

/** How many tickets there are, and the seats where they are numbered. */
export function sized<Given extends Size>({ capacity = 0, seats, rows, ...rest }: Given) {
  const numbered = rows ?? (seats && rowsOfLabels(seats));
  return { ...rest, capacity: numbered ? seatCount(numbered) : capacity, ...(numbered && { rows: numbered }) };
}

const sectionsOnly = '--';
export const isNameOfSection = (pool: string) => pool.includes(sectionsOnly);

const written = {
  name: z
    .string()
    .regex(
      /^(?!.*--)[a-z0-9-]{1,63}$/,
      'must be 1 to 63 of a-z, 0-9 and -, and without --, which sections of shows have',
    ),
  title: plainText(poolLimits.titleLength).optional(),
  ...offer,
  startsAt: givenInstant.optional(),
  opensAt: givenInstant.optional(),
  closesAt: givenInstant.optional(),
};

type Hours = Pick<PoolSettings, 'startsAt' | 'opensAt' | 'closesAt' | 'pricing'>;

function refuseUnsoundHours({ startsAt, opensAt, closesAt, pricing }: Hours, context: z.RefinementCtx): void {
  const check = (holds: boolean, path: keyof Hours, message: string) => {
    if (!holds) context.addIssue({ code: 'custom', path: [path], message });
  };
  const isBefore = (one: string, other: string) => Date.parse(one) < Date.parse(other);
  check(!opensAt || !closesAt || isBefore(opensAt, closesAt), 'closesAt', 'must be after opensAt');
  check(!startsAt || !opensAt || isBefore(opensAt, startsAt), 'opensAt', 'must be before startsAt');
  check(!startsAt || !closesAt || !isBefore(startsAt, closesAt), 'closesAt', 'must not be after startsAt');
  const startMissing = startsAt === undefined && pricing !== undefined && needsStart(pricing);
  check(!startMissing, 'startsAt', 'is needed by a pricing that follows the time to the start');
}

/** Says when the sale is over, also where that is the start. */
function closing<Given extends Hours>(given: Given): Given {
  const closesAt = salesEnd(given);
  return closesAt === undefined ? given : { ...given, closesAt };
}

const saysOnce = ({ capacity, seats, rows }: Size) => [capacity, seats, rows].filter(Boolean).length === 1;

/** A pool as promoters ask for it. */
export const newPool = z
  .strictObject(written)
  .refine(saysOnce, { path: ['capacity'], message: 'give one of capacity, seats and rows' })
  .superRefine(refuseUnsoundHours)
  .transform((given) => closing(sized(given)));

/** The same as a pool's workflow is started with it, also by hand. What comes out of either may go in. */
export const startedPool = z
  .strictObject({ ...written, promoter: z.string().min(1) })
  .superRefine(refuseUnsized)
  .superRefine(refuseUnsoundHours)
  .transform((given): PoolSettings => {
    const { title = given.name, ...settings } = closing(sized(given));
    return { ...settings, title };
  });
