import { z } from 'zod';
import { givenInstant } from './instant';
import { money } from './money';
import { poolLimits } from './pool-events';
import { pricingSchema } from './pricing';
import { rowsOfLabels, seatCount, seatLabels, seatRows } from './seating';
import {
  type RefundStep,
  refundStep,
  type ShowSection,
  sectionName,
  showLimits,
  showName,
  standardRefunds,
} from './show-settings';
import { plainText } from './text';

/** What promoters write, by HTTP or by hand into Temporal. What comes out of it may go in again. */
const price = z.strictObject({
  amount: money.shape.amount.min(1, 'must cost something'),
  currency: money.shape.currency,
});
const whole = ({ least, most }: { least: number; most: number }) => z.int().min(least).max(most);
const text = z
  .string()
  .trim()
  .min(1)
  .max(showLimits.descriptionLength)
  .regex(/^(?:[^\p{Cc}\p{Cs}]|[\n\r\t])*$/u, 'must not contain control characters but new lines and tabs');

const section = z
  .strictObject({
    name: sectionName,
    title: plainText(showLimits.titleLength).optional(),
    capacity: z.int().min(1).max(poolLimits.capacity).optional(),
    seats: seatLabels.optional().describe('Seats by their labels, in place of capacity: A-1 is seat 1 of row A'),
    rows: seatRows.optional().describe('Numbered seats by their rows, in place of capacity'),
    price,
    pricing: pricingSchema.optional(),
    maxPerPurchase: whole(poolLimits.maxPerPurchase).default(poolLimits.maxPerPurchase.usual),
    maxPerCustomer: whole(showLimits.maxPerCustomer).optional(),
    holdSeconds: whole(poolLimits.holdSeconds).default(poolLimits.holdSeconds.usual),
  })
  .superRefine(({ capacity, seats, rows }, context) => {
    const fault = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (seats && rows) fault('seats', 'must not be given beside rows');
    const numbered = rows ?? (seats && rowsOfLabels(seats));
    if (!numbered && capacity === undefined) fault('capacity', 'must be given, or seats or rows in its place');
    if (numbered && capacity !== undefined && capacity !== seatCount(numbered)) {
      fault('capacity', `must be the number of seats, ${seatCount(numbered)}, or be left out`);
    }
  })
  .transform(({ capacity, seats, rows, ...rest }): ShowSection => {
    const numbered = rows ?? (seats && rowsOfLabels(seats));
    if (!numbered) return { ...rest, capacity: capacity ?? 0 };
    return { ...rest, capacity: seatCount(numbered), rows: numbered };
  });

const refunds = z
  .union([z.enum(['standard', 'none']), z.array(refundStep).max(showLimits.refundSteps)])
  .transform((given): RefundStep[] => {
    if (given === 'none') return [];
    return [...(given === 'standard' ? standardRefunds : given)].sort(
      (one, other) => other.daysBefore - one.daysBefore,
    );
  });

const fields = {
  title: plainText(showLimits.titleLength),
  description: text.optional(),
  venue: plainText(showLimits.venueLength),
  startsAt: givenInstant,
  durationMinutes: whole(showLimits.durationMinutes),
  turnaroundMinutes: whole(showLimits.turnaroundMinutes),
  opensAt: givenInstant.optional(),
  closesAt: givenInstant.optional(),
  refundPolicy: refunds,
  sections: z.array(section).min(1).max(showLimits.sections),
};

export const newShow = z.strictObject({
  name: showName,
  ...fields,
  turnaroundMinutes: fields.turnaroundMinutes.default(showLimits.turnaroundMinutes.usual),
  refundPolicy: refunds.default([...standardRefunds]),
});

/** Fields of a draft that are to be others; null takes away what need not be there. */
export const showChange = z
  .strictObject({
    ...fields,
    description: fields.description.nullable(),
    opensAt: fields.opensAt.nullable(),
    closesAt: fields.closesAt.nullable(),
  })
  .partial();
