import { type Priced, priceCurve } from '../../src/domain';
import { euros } from '../support/domain-events';

const startsAt = '2026-06-01T19:00:00.000Z';
const daysBefore = (days: number) => new Date(Date.parse(startsAt) - days * 86_400_000);
const tiers = [
  { name: 'Early bird', fromDaysBefore: 30, percent: -20 },
  { name: 'Regular' },
  { name: 'Last minute', withinDays: 7, percent: 10 },
];
const demand = { everyPercentSold: 25, percent: 10, maxPercent: 30 };
const pool: Priced = { price: euros(100), capacity: 8, claimed: 1, sold: 1, startsAt };

const curve = (changes: Partial<Priced>, now = daysBefore(20.5)) => priceCurve({ ...pool, ...changes }, now);
const overDays = (changes: Partial<Priced>, now?: Date) =>
  curve(changes, now).byDaysLeft.map(({ days, price }) => [days, price / 100]);

describe('the curve of a price', () => {
  it('tells what a ticket costs now at every share of the capacity gone', () => {
    const { bySharePercent } = curve({ pricing: { demand, tiers } }, daysBefore(40));
    expect(bySharePercent.map(({ percent }) => percent)).toEqual(Array.from({ length: 101 }, (_, nth) => nth));
    const steps = bySharePercent.filter(({ price }, nth) => price !== bySharePercent[nth - 1]?.price);
    expect(steps).toEqual([
      { percent: 0, price: 8_000 },
      { percent: 25, price: 8_800 },
      { percent: 50, price: 9_600 },
      { percent: 75, price: 10_400 },
    ]);
  });

  it('tells what a ticket costs on every day to the start, with as many gone as now', () => {
    const countdown = { startDaysBefore: 4, everyDays: 2, percent: -5, maxPercent: -50 };
    expect(overDays({ pricing: { countdown, demand } })).toEqual([
      [5, 110],
      [4, 110],
      [3, 110],
      [2, 104.5],
      [1, 104.5],
      [0, 99],
    ]);
  });

  it('begins now, or the day before the earliest bound of time where that is later', () => {
    const begins = (changes: Partial<Priced>, now?: Date) => overDays(changes, now)[0];
    expect(begins({ pricing: { tiers } })).toEqual([20, 100]);
    expect(begins({ pricing: { tiers } }, daysBefore(60))).toEqual([31, 80]);
    expect(begins({ pricing: { demand } }, daysBefore(60))).toEqual([60, 110]);
    expect(begins({}, daysBefore(60))).toEqual([60, 100]);
    expect(overDays({ pricing: { tiers } }, daysBefore(-3))).toEqual([[0, 110]]);
  });

  it('has no more points than a chart can show, the start among them', () => {
    for (const days of [398, 399, 400, 797, 798, 799, 3_000]) {
      const points = overDays({}, daysBefore(days));
      expect(points.length).toBeLessThanOrEqual(400);
      expect([points[0], points.at(-1)]).toEqual([
        [days, 100],
        [0, 100],
      ]);
    }
    expect(overDays({}, daysBefore(399))).toHaveLength(400);
  });

  it('is empty over days where there is no start', () => {
    const { startsAt: _, ...anyTime } = pool;
    const { byDaysLeft, bySharePercent } = priceCurve({ ...anyTime, pricing: { demand } }, daysBefore(0));
    expect(byDaysLeft).toEqual([]);
    expect(bySharePercent[100]).toEqual({ percent: 100, price: 13_000 });
  });
});
