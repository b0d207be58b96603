import { type Arbitrary, array, integer, oneof, option, record, tuple } from 'fast-check';
import { type Pricing, pricingSchema } from '../../src/domain';

/** Any percentage, and often one that leaves half a cent. */
const percent = (from: number, to: number) =>
  oneof(
    integer({ min: from * 100, max: to * 100 }).map((hundredths) => hundredths / 100),
    integer({ min: Math.ceil(from / 12.5), max: Math.floor(to / 12.5) }).map((eighths) => eighths * 12.5),
  ).filter((drawn) => drawn >= from && drawn <= to);
const days = integer({ min: 0, max: 60 });
const maybe = <Value>(arbitrary: Arbitrary<Value>) => option(arbitrary, { nil: undefined });

const tiers = array(record({ fromDaysBefore: maybe(days), withinDays: maybe(days), percent: percent(-99, 300) }), {
  maxLength: 5,
}).map((drawn) => drawn.map((tier, nth) => ({ name: `Tier ${nth}`, ...tier })));
const demand = record({ everyPercentSold: percent(1, 100), percent: percent(0, 50), maxPercent: percent(0, 300) });
export const countdowns = record({
  startDaysBefore: integer({ min: 1, max: 60 }),
  everyDays: integer({ min: 1, max: 10 }),
  percent: percent(-20, 0),
  maxPercent: percent(-99, 0),
});
export const bounds = tuple(maybe(integer({ min: 1, max: 20_000 })), maybe(integer({ min: 0, max: 20_000 }))).map(
  ([floor, more]) => ({ floor, ceiling: more === undefined ? undefined : (floor ?? 1) + more }),
);
/** Any pricing that the rules allow. */
export const pricings: Arbitrary<Pricing> = record({
  tiers: maybe(tiers),
  demand: maybe(demand),
  countdown: maybe(countdowns),
  bounds,
})
  .map(({ bounds: { floor, ceiling }, ...parts }) => ({ ...parts, floor, ceiling }))
  .filter((drawn) => pricingSchema.safeParse(drawn).success);
