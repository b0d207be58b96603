import { z } from 'zod';
import * as domain from '../src/domain';
import { figures } from './analytics-schemas';
import { poolAnswer } from './pool-schemas';
import { pageLimits } from './schemas';

/** What comes in and what goes out of shows. */
export const showParams = z.object({ name: domain.showName });

export const newShow = domain.newShow.clone().openapi('NewShow');
export const showChange = domain.showChange.clone().openapi('ShowChange');

/** The place of a show in the order of start and name, as text that nobody need understand. */
export const cursorOf = ({ startsAt, name }: { startsAt: string; name: string }) =>
  Buffer.from(JSON.stringify([startsAt, name])).toString('base64url');

const place = z.tuple([domain.givenInstant, domain.showName]);

function placeIn(cursor: string): { startsAt: string; name: string } | undefined {
  try {
    const [startsAt, name] = place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { startsAt, name };
  } catch {
    return undefined;
  }
}

const cursor = z.string().transform((given, context) => {
  const found = placeIn(given);
  if (!found) context.addIssue({ code: 'custom', message: 'is not the `next` of an answer' });
  return found;
});
const searchLength = 200;

export const showsQuery = z.strictObject({
  from: domain.givenMoment.optional(),
  to: domain.givenMoment.optional(),
  venue: domain.plainText(domain.showLimits.venueLength).optional(),
  text: z
    .string()
    .min(1)
    .max(searchLength)
    .optional()
    .describe('Words, each the beginning of one in title, description or venue'),
  status: z.enum(domain.showStatuses).optional(),
  limit: z.coerce.number().int().min(1).max(pageLimits.most).default(pageLimits.usual),
  cursor: cursor.optional(),
});

const instant = z.iso.datetime();
const live = poolAnswer.pick({
  status: true,
  soldOut: true,
  allHeld: true,
  nextReleaseAt: true,
  available: true,
  claimed: true,
  sold: true,
  withheld: true,
});
const sectionAnswer = z
  .object({
    name: domain.sectionName,
    title: z.string().optional(),
    pool: z.string().describe('The pool that it is once the show is published'),
    capacity: z.int(),
    numbered: z.boolean(),
    rows: domain.seatRows.optional().describe('Of a draft; afterwards the seat map has them'),
    price: domain.money.describe('What one ticket costs now'),
    basePrice: domain.money,
    pricing: domain.pricingSchema.optional(),
    maxPerPurchase: z.int(),
    maxPerCustomer: z.int().optional(),
    maxHeldPerCustomer: z.int().describe('Tickets that one customer may hold at a time'),
    holdSeconds: z.int(),
  })
  .extend(live.partial().shape)
  .openapi('Section', { description: 'Counts and status are those of its pool; a draft has none' });

export const showAnswer = z
  .object({
    name: domain.showName,
    title: z.string(),
    description: z.string().optional(),
    venue: z.string(),
    status: z.enum(domain.showStatuses),
    reason: z.string().optional().describe('Why it was cancelled'),
    startsAt: instant,
    endsAt: instant,
    durationMinutes: z.int(),
    turnaroundMinutes: z.int(),
    opensAt: instant.optional(),
    closesAt: instant,
    refundPolicy: z.array(domain.refundStep).describe('Until so many days before the start so much is given back'),
    sections: z.array(sectionAnswer),
    createdAt: instant,
    updatedAt: instant,
    position: z.int(),
  })
  .openapi('Show');
export const showsAnswer = z.object({ shows: z.array(showAnswer), next: z.string().optional() });

const sectionFigures = z.object({
  name: domain.sectionName,
  title: z.string().optional(),
  pool: z.string(),
  status: poolAnswer.shape.status.optional().describe('None of a draft'),
  ...figures,
});
export const showFiguresAnswer = z
  .object({
    name: domain.showName,
    title: z.string(),
    status: z.enum(domain.showStatuses),
    venue: z.string(),
    startsAt: instant,
    totals: z.object(figures).describe('A purchase over several sections counts once'),
    sections: z.array(sectionFigures),
  })
  .openapi('ShowFigures');
