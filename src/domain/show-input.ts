import { z } from 'zod';
import { givenInstant } from './instant';
import { offer, refuseUnsized, sized } from './pool-input';
import { isVisible } from './same-text';
import {
  type RefundStep,
  refundStep,
  type ShowSection,
  sectionName,
  showLimits,
  showName,
  standardRefunds,
} from './show-settings';
import { givenString, mustBeSeen, plainText } from './text';

/** What promoters write, by HTTP or by hand into Temporal. What comes out of it may go in again. */
const whole = ({ least, most }: { least: number; most: number }) => z.int().min(least).max(most);
const text = givenString()
  .trim()
  .min(1)
  .max(showLimits.descriptionLength)
  .regex(/^(?:[^\p{Cc}\p{Cs}]|[\n\r\t])*$/u, 'must not contain control characters but new lines and tabs')
  .refine(isVisible, mustBeSeen);

const section = z
  .strictObject({ name: sectionName, title: plainText(showLimits.titleLength).optional(), ...offer })
  .superRefine(refuseUnsized)
  .transform((given): ShowSection => sized(given));

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
