import { z } from 'zod';
import { salesEnd } from './hours';
import { poolEvents, poolLimits } from './pool-events';
import { pricingSchema } from './pricing';
import { seatCount, seatRows } from './seating';

/** Where each limit of a show is set. */
export const showLimits = {
  nameLength: 40,
  sectionNameLength: 20,
  titleLength: 199,
  descriptionLength: 2_000,
  venueLength: 100,
  sections: 100,
  durationMinutes: { least: 1, most: 43_200 },
  turnaroundMinutes: { least: 0, most: 1_440, usual: 0 },
  refundSteps: 20,
  refundDays: 1_000,
  /** The ordinary command cancels no show that starts sooner. */
  cancelHours: 24,
} as const;

/** Its sections are pools named `<show>--<section>`: there is one way only to take such a name apart. */
export const showName = z
  .string()
  .regex(/^(?!.*--)[a-z0-9-]{0,39}[a-z0-9]$/, 'must be 1 to 40 of a-z, 0-9 and -, without -- and not ending in -');
export const sectionName = z
  .string()
  .regex(/^(?!.*--)[a-z0-9][a-z0-9-]{0,19}$/, 'must be 1 to 20 of a-z, 0-9 and -, without -- and not beginning with -');

const instant = z.iso.datetime({ offset: true });
const { capacity, price, maxPerPurchase, holdSeconds } = poolEvents.PoolCreated.shape;

/** One pool of a show, as it is planned. */
export const showSection = z.object({
  name: sectionName,
  title: z.string().optional(),
  capacity,
  /** Of numbered seats, as many as its capacity. */
  rows: seatRows.optional(),
  price,
  pricing: pricingSchema.optional(),
  maxPerPurchase,
  maxPerCustomer: z.int().optional(),
  maxHeldPerCustomer: z.int().optional(),
  holdSeconds,
});
export type ShowSection = z.infer<typeof showSection>;

/** So much of the price is given back until so many days before the start; of all steps the first that is not over counts. */
export const refundStep = z.object({
  daysBefore: z.int().min(0).max(showLimits.refundDays),
  percent: z.int().min(1).max(100),
});
export type RefundStep = z.infer<typeof refundStep>;

/** Refunds where the promoter says nothing else (DESIGN 7): all of it over 7 days before the start, half from 3 to 7. */
export const standardRefunds: readonly RefundStep[] = [
  { daysBefore: 7, percent: 100 },
  { daysBefore: 3, percent: 50 },
];

export const showSettings = z.object({
  name: showName,
  title: z.string(),
  description: z.string().optional(),
  promoter: z.string(),
  venue: z.string(),
  startsAt: instant,
  durationMinutes: z.int(),
  turnaroundMinutes: z.int(),
  opensAt: instant.optional(),
  closesAt: instant.optional(),
  /** The step of the most days first; none at all: sold without refunds. */
  refundPolicy: z.array(refundStep),
  sections: z.array(showSection),
});
export type ShowSettings = z.infer<typeof showSettings>;

const minute = 60_000;
/** What no calendar of four-digit years can hold is not planned. */
const endOfTime = Date.parse('9999-12-31T00:00:00Z');

const later = (instant: string, minutes: number) => new Date(Date.parse(instant) + minutes * minute).toISOString();

export const showEnd = ({ startsAt, durationMinutes }: Pick<ShowSettings, 'startsAt' | 'durationMinutes'>) =>
  later(startsAt, durationMinutes);

export interface Fault {
  /** Of the field that is wrong, such as `sections.0.price.amount`. */
  path: string;
  message: string;
}

/** What is wrong with a plan in itself, whatever the time is. */
export function faultsOf(settings: ShowSettings): Fault[] {
  const faults: Fault[] = [];
  const check = (holds: boolean, path: string, message: string) => {
    if (!holds) faults.push({ path, message });
  };
  const { title, startsAt, opensAt, durationMinutes, turnaroundMinutes, sections } = settings;
  const { durationMinutes: duration, turnaroundMinutes: turnaround } = showLimits;
  const isWithin = (value: number, { least, most }: { least: number; most: number }) => value >= least && value <= most;
  const titleLength = [...title.trim()].length;
  check(titleLength >= 1 && titleLength <= showLimits.titleLength, 'title', 'must have 1 to 199 characters');
  check(
    isWithin(durationMinutes, duration),
    'durationMinutes',
    `must be ${duration.least} to ${duration.most} minutes`,
  );
  check(isWithin(turnaroundMinutes, turnaround), 'turnaroundMinutes', `must be 0 to ${turnaround.most} minutes`);
  check(Date.parse(startsAt) < endOfTime - (duration.most + turnaround.most) * minute, 'startsAt', 'is too far away');
  const closes = Date.parse(salesEnd(settings));
  check(closes <= Date.parse(startsAt), 'closesAt', 'must not be after startsAt');
  check(opensAt === undefined || Date.parse(opensAt) < closes, 'opensAt', 'must be before the sale closes');
  const days = settings.refundPolicy.map(({ daysBefore }) => daysBefore);
  check(new Set(days).size === days.length, 'refundPolicy', 'must not name the same days twice');
  check(
    sections.length >= 1 && sections.length <= showLimits.sections,
    'sections',
    `must be 1 to ${showLimits.sections}`,
  );
  const names = sections.map(({ name }) => name);
  check(new Set(names).size === names.length, 'sections', 'must have names of their own');
  const currency = sections[0]?.price.currency;
  sections.forEach((section, index) => {
    const at = (field: string) => `sections.${index}.${field}`;
    check(section.capacity > 0, at('capacity'), 'must be more than nothing');
    check(section.capacity <= poolLimits.capacity, at('capacity'), `must be at most ${poolLimits.capacity}`);
    check(!section.rows || seatCount(section.rows) === section.capacity, at('capacity'), 'must be the number of seats');
    check(section.price.amount > 0, at('price.amount'), 'must cost something');
    check(section.price.currency === currency, at('price.currency'), 'must be that of the other sections');
  });
  return faults;
}
