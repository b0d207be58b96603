import { z } from 'zod';
import { money } from './money';
import { hasTwoDecimals } from './percent';
import { sameText } from './same-text';
import { plainText } from './text';

/** Where each limit of pricing is set. */
export const pricingLimits = {
  tiers: 20,
  nameLength: 100,
  days: 3_650,
  /** Share of the capacity of one step of demand, in per cent. */
  step: { least: 1, most: 100 },
  /** No part of a price may raise it by more per cent. */
  percent: 1_000,
  /** What the lowest and the highest price are where none are given, in minor units. */
  floor: 1,
  ceiling: money.shape.amount.maxValue ?? Number.MAX_SAFE_INTEGER,
} as const;

const freeTickets = 'must leave something of the price';
const percent = z.number().refine(hasTwoDecimals, 'must have at most two decimals');
const rise = percent.min(0).max(pricingLimits.percent);
const drop = percent.gt(-100, freeTickets).max(0);
const days = z.int().min(0).max(pricingLimits.days);
const bound = z.int().min(pricingLimits.floor).max(pricingLimits.ceiling);

const tierNamed = (name: z.ZodType<string>) =>
  z
    .strictObject({
      name,
      fromDaysBefore: days.optional(),
      withinDays: days.optional(),
      percent: percent.gt(-100, freeTickets).max(pricingLimits.percent).optional(),
    })
    .refine(({ fromDaysBefore = 0, withinDays = pricingLimits.days }) => fromDaysBefore <= withinDays, {
      path: ['withinDays'],
      message: 'must not be less than fromDaysBefore',
    });
export type Tier = z.infer<ReturnType<typeof tierNamed>>;

const demand = z.strictObject({
  everyPercentSold: percent.min(pricingLimits.step.least).max(pricingLimits.step.most),
  percent: rise,
  maxPercent: rise,
});
export type Demand = z.infer<typeof demand>;

const countdown = z.strictObject({
  startDaysBefore: days.min(1),
  everyDays: days.min(1),
  percent: drop,
  maxPercent: drop,
});
export type Countdown = z.infer<typeof countdown>;

const boundsOf = ({ fromDaysBefore, withinDays }: Tier) => `${fromDaysBefore ?? ''} to ${withinDays ?? ''}`;
const areDistinct = (texts: readonly string[]) => new Set(texts).size === texts.length;

/**
 * How a price moves (DESIGN 6), each part optional; days are 86,400 s before the start. Floor and ceiling are minor
 * units of the pool's currency.
 */
const pricingOf = (tier: ReturnType<typeof tierNamed>, same: (name: string) => string) =>
  z
    .strictObject({
      tiers: z
        .array(tier)
        .max(pricingLimits.tiers)
        .refine((tiers) => areDistinct(tiers.map(({ name }) => same(name))), 'two tiers have the same name')
        .refine((tiers) => areDistinct(tiers.map(boundsOf)), 'two tiers have the same bounds, or none')
        .optional(),
      demand: demand.optional(),
      countdown: countdown.optional(),
      floor: bound.optional(),
      ceiling: bound.optional(),
    })
    .refine(({ floor = pricingLimits.floor, ceiling = pricingLimits.ceiling }) => floor <= ceiling, {
      path: ['ceiling'],
      message: 'must not be less than floor',
    });

/** As it was stored: a name is whatever it was. */
export const pricingSchema = pricingOf(tierNamed(z.string()), (name) => name);
/** As promoters write it. */
export const givenPricing = pricingOf(tierNamed(plainText(pricingLimits.nameLength)), sameText);
export type Pricing = z.infer<typeof pricingSchema>;

export const hasBounds = ({ fromDaysBefore, withinDays }: Tier) =>
  fromDaysBefore !== undefined || withinDays !== undefined;

/** Whether the price moves with the time to the start, so that the pool must have one. */
export const needsStart = ({ tiers, countdown: falls }: Pricing): boolean =>
  falls !== undefined || (tiers?.some(hasBounds) ?? false);
