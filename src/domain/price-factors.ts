import { fullSteps, hundredths, share } from './percent';
import { type Countdown, type Demand, hasBounds, type Pricing, type Tier } from './pricing-rules';

/** One reason why a price differs from its base: +10 means ten per cent dearer; at most two decimals. */
export interface PriceFactor {
  name: string;
  percent: number;
  because: string;
}

/** What a price depends on: tickets gone, of how many, and milliseconds to the start where there is one. */
export interface PriceSituation {
  taken: number;
  capacity: number;
  left: number | undefined;
}

export const dayInMilliseconds = 86_400_000;

/** The factors of a price in the order of their mention, each explained, also where it comes to nothing. */
export function factorsOf({ tiers, demand, countdown }: Pricing, situation: PriceSituation): PriceFactor[] {
  const factors: PriceFactor[] = [];
  if (tiers && tiers.length > 0) factors.push(tierFactor(tiers, situation.left));
  if (demand) factors.push(demandFactor(demand, situation));
  if (countdown && situation.left !== undefined) factors.push(countdownFactor(countdown, situation.left));
  return factors;
}

function tierFactor(tiers: readonly Tier[], left: number | undefined): PriceFactor {
  const tier = tierAt(tiers, left);
  const because = tier ? `${tier.name}: ${boundsInWords(tier)}` : 'no tier holds at this time';
  return { name: 'tier', percent: tier?.percent ?? 0, because };
}

/**
 * The tier that holds so long before the start: of several the one with the smallest `withinDays`, then the one with
 * the largest `fromDaysBefore`. Without a start only a tier without bounds holds.
 */
function tierAt(tiers: readonly Tier[], left: number | undefined): Tier | undefined {
  const days = left === undefined ? undefined : left / dayInMilliseconds;
  let found: Tier | undefined;
  for (const tier of tiers) {
    const holds = days === undefined ? !hasBounds(tier) : days >= begin(tier) && days <= end(tier);
    if (holds && (!found || isNarrower(tier, found))) found = tier;
  }
  return found;
}

const begin = ({ fromDaysBefore = Number.NEGATIVE_INFINITY }: Tier) => fromDaysBefore;
const end = ({ withinDays = Number.POSITIVE_INFINITY }: Tier) => withinDays;
const isNarrower = (tier: Tier, than: Tier) =>
  end(tier) < end(than) || (end(tier) === end(than) && begin(tier) > begin(than));

function boundsInWords({ fromDaysBefore, withinDays }: Tier): string {
  if (fromDaysBefore === undefined && withinDays === undefined) return 'where no other tier holds';
  if (fromDaysBefore === undefined) return `at most ${daysInWords(withinDays ?? 0)} before the start`;
  if (withinDays === undefined) return `at least ${daysInWords(fromDaysBefore)} before the start`;
  return `${fromDaysBefore} to ${daysInWords(withinDays)} before the start`;
}

function demandFactor(demand: Demand, { taken, capacity }: PriceSituation): PriceFactor {
  const { everyPercentSold, percent, maxPercent } = demand;
  const steps = fullSteps(taken, capacity, everyPercentSold);
  const risen = steps * hundredths(percent);
  const limited = Math.min(risen, hundredths(maxPercent));
  const because = `${share(taken, capacity)} % sold: ${stepsInWords(steps)} of ${everyPercentSold} %`;
  return { name: 'demand', percent: limited / 100, because: withLimit(because, risen !== limited, `+${maxPercent}`) };
}

function countdownFactor(countdown: Countdown, left: number): PriceFactor {
  const { startDaysBefore, everyDays, percent, maxPercent } = countdown;
  const gone = startDaysBefore * dayInMilliseconds - left;
  const from = `${daysInWords(startDaysBefore)} before the start`;
  if (gone < 0) return { name: 'countdown', percent: 0, because: `begins ${from}` };
  const steps = Math.floor(gone / (everyDays * dayInMilliseconds));
  const fallen = steps * hundredths(percent);
  const limited = Math.max(fallen, hundredths(maxPercent));
  const because = `${stepsInWords(steps)} of ${daysInWords(everyDays)} since ${from}`;
  // Adding 0 makes 0 of -0.
  return { name: 'countdown', percent: limited / 100 + 0, because: withLimit(because, fallen !== limited, maxPercent) };
}

const withLimit = (because: string, isLimited: boolean, most: string | number) =>
  isLimited ? `${because}, at most ${most} %` : because;
const daysInWords = (days: number) => (days === 1 ? '1 day' : `${days} days`);
const stepsInWords = (steps: number) => (steps === 1 ? '1 step' : `${steps} steps`);
