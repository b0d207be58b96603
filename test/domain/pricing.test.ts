import { needsStart, type Pricing, priceParts, pricingSchema, quote } from '../../src/domain';
import { euros } from '../support/domain-events';

const startsAt = '2026-06-01T19:00:00.000Z';
const day = 86_400_000;
const daysBefore = (days: number) => new Date(Date.parse(startsAt) - days * day);
const hundred = { price: euros(100), capacity: 100, claimed: 0, sold: 0, startsAt };
const tiers = [
  { name: 'Early bird', fromDaysBefore: 30, percent: -20 },
  { name: 'Regular' },
  { name: 'Last minute', withinDays: 7, percent: 10 },
];
const demand = { everyPercentSold: 10, percent: 5, maxPercent: 20 };
const countdown = { startDaysBefore: 14, everyDays: 2, percent: -2.5, maxPercent: -10 };

const priced = (pricing: Pricing, changes: Partial<typeof hundred> = {}, now = daysBefore(20)) =>
  quote({ ...hundred, pricing, ...changes }, now);
const costs = (pricing: Pricing, changes: Partial<typeof hundred> = {}, now = daysBefore(20)) =>
  priced(pricing, changes, now).unit.amount / 100;
const explains = (pricing: Pricing, changes: Partial<typeof hundred> = {}, now = daysBefore(20)) =>
  priced(pricing, changes, now).quote.factors;

describe('the price of a pool', () => {
  it('is its base where nothing moves it', () => {
    const flat = { unit: euros(100), quote: { rule: 2, sharePercent: 30, daysLeft: 20, factors: [] } };
    expect(quote({ ...hundred, sold: 10, claimed: 20 }, daysBefore(20))).toEqual(flat);
    expect(priced({}, { sold: 10, claimed: 20 })).toEqual(flat);
  });

  it('multiplies all that moves it and is rounded half up once, at the end', () => {
    const pricing = { tiers, demand, countdown };
    expect(priced(pricing, { sold: 20, price: euros(99.99) }, daysBefore(7))).toEqual({
      unit: { amount: 11_191, currency: 'EUR' },
      quote: {
        rule: 2,
        base: euros(99.99),
        sharePercent: 20,
        daysLeft: 7,
        factors: [
          { name: 'tier', percent: 10, because: 'Last minute: at most 7 days before the start' },
          { name: 'demand', percent: 10, because: '20 % sold: 2 steps of 10 %' },
          { name: 'countdown', percent: -7.5, because: '3 steps of 2 days since 14 days before the start' },
        ],
      },
    });
    const half = (percent: number) => ({ tiers: [{ name: 'Regular', percent }] });
    expect(costs(half(50), { price: euros(0.01) })).toBe(0.02);
    expect(costs(half(49.99), { price: euros(0.01) })).toBe(0.01);
  });

  it('is exact where floating-point numbers are not', () => {
    const tier = (percent: number) => ({ tiers: [{ name: 'Regular', percent }] });
    expect(costs(tier(33.75), { price: euros(914.8) })).toBe(1_223.55);
    const pricing = { ...tier(12.34), demand: { ...demand, percent: 0.01 } };
    const price = { amount: 9_007_199_253, currency: 'EUR' };
    expect(priced(pricing, { price, sold: 10 }).unit.amount).toBe(10_119_699_510);
  });
});

describe('tiers', () => {
  it('take 20 % off for the early bird and add 10 % in the last minute', () => {
    expect(costs({ tiers }, {}, daysBefore(45))).toBe(80);
    expect(costs({ tiers }, {}, daysBefore(20))).toBe(100);
    expect(costs({ tiers }, {}, daysBefore(3))).toBe(110);
  });

  it('begin and end to the millisecond', () => {
    const at = (days: number, later: number) => costs({ tiers }, {}, new Date(daysBefore(days).getTime() + later));
    expect([at(30, 0), at(30, 1), at(7, -1), at(7, 0), at(0, day)]).toEqual([80, 100, 100, 110, 110]);
  });

  it('give way to the one that ends soonest, then to the one that begins latest', () => {
    const overlapping = [
      { name: 'Any time', percent: 1 },
      { name: 'From 20', fromDaysBefore: 20, percent: 2 },
      { name: 'From 40', fromDaysBefore: 40, percent: 3 },
      { name: 'Within 30', withinDays: 30, percent: 4 },
      { name: 'From 10 within 30', fromDaysBefore: 10, withinDays: 30, percent: 5 },
      { name: 'Within 15', withinDays: 15, percent: 6 },
    ];
    for (const listed of [overlapping, overlapping.toReversed()]) {
      const at = (days: number) => costs({ tiers: listed }, {}, daysBefore(days)) - 100;
      expect([50, 35, 25, 16, 15, 12, 5].map(at)).toEqual([3, 2, 5, 5, 6, 6, 6]);
    }
    expect(costs({ tiers: overlapping.slice(0, 3) }, {}, daysBefore(10))).toBe(101);
  });

  it('are explained where none holds, and where the one that holds changes nothing', () => {
    expect(explains({ tiers: tiers.slice(0, 1) })).toEqual([
      { name: 'tier', percent: 0, because: 'no tier holds at this time' },
    ]);
    expect(explains({ tiers })).toEqual([{ name: 'tier', percent: 0, because: 'Regular: where no other tier holds' }]);
    expect(explains({ tiers: [{ name: 'Spring', fromDaysBefore: 1, withinDays: 60 }] })).toEqual([
      { name: 'tier', percent: 0, because: 'Spring: 1 to 60 days before the start' },
    ]);
    expect(explains({ tiers }, {}, daysBefore(30))).toEqual([
      { name: 'tier', percent: -20, because: 'Early bird: at least 30 days before the start' },
    ]);
  });
});

describe('demand', () => {
  it('adds to the price for every full step sold or claimed, up to its maximum', () => {
    const at = (sold: number, claimed = 0) => costs({ demand }, { sold, claimed });
    expect([at(0), at(9), at(10), at(10, 9), at(15, 5), at(40), at(99)]).toEqual([100, 100, 105, 105, 110, 120, 120]);
    expect(explains({ demand }, { sold: 9 })).toEqual([
      { name: 'demand', percent: 0, because: '9 % sold: 0 steps of 10 %' },
    ]);
    expect(explains({ demand }, { sold: 10 })).toEqual([
      { name: 'demand', percent: 5, because: '10 % sold: 1 step of 10 %' },
    ]);
    expect(explains({ demand }, { sold: 55 })).toEqual([
      { name: 'demand', percent: 20, because: '55 % sold: 5 steps of 10 %, at most +20 %' },
    ]);
  });

  it('takes each of its steps with the very ticket that fills it', () => {
    const everyTenth = { everyPercentSold: 1.1, percent: 1, maxPercent: 100 };
    const thousand = { capacity: 1_000, price: euros(100) };
    for (let step = 1; step <= 90; step += 1) {
      expect(costs({ demand: everyTenth }, { ...thousand, sold: step * 11 - 1 })).toBe(100 + step - 1);
      expect(costs({ demand: everyTenth }, { ...thousand, sold: step * 11 })).toBe(100 + step);
    }
  });
});

describe('the countdown', () => {
  it('lowers the price with every full step of days, down to its maximum', () => {
    const at = (days: number) => costs({ countdown }, {}, daysBefore(days));
    expect([20, 14, 12.001, 12, 10, 6, 4, 0, -3].map(at)).toEqual([100, 100, 100, 97.5, 95, 90, 90, 90, 90]);
    expect(explains({ countdown })).toEqual([
      { name: 'countdown', percent: 0, because: 'begins 14 days before the start' },
    ]);
    expect(explains({ countdown: { ...countdown, everyDays: 1 } }, {}, daysBefore(13))).toEqual([
      { name: 'countdown', percent: -2.5, because: '1 step of 1 day since 14 days before the start' },
    ]);
    expect(explains({ countdown }, {}, daysBefore(1))).toEqual([
      { name: 'countdown', percent: -10, because: '6 steps of 2 days since 14 days before the start, at most -10 %' },
    ]);
  });
});

describe('floor and ceiling', () => {
  it('hold the price, and say so where they changed it', () => {
    const bounds = { tiers, floor: 9_000, ceiling: 10_500 };
    expect(priced(bounds, {}, daysBefore(40))).toMatchObject({
      unit: euros(90),
      quote: { base: euros(100), clamped: { to: 'floor', amount: 9_000 } },
    });
    expect(priced(bounds, {}, daysBefore(1))).toMatchObject({
      unit: euros(105),
      quote: { clamped: { to: 'ceiling', amount: 10_500 } },
    });
    expect(priced(bounds).quote).not.toHaveProperty('clamped');
    expect(priced({ tiers, floor: 8_000 }, {}, daysBefore(40)).quote).not.toHaveProperty('clamped');
  });

  it('hold a base that nothing else moves', () => {
    expect(priced({ floor: 12_000 })).toMatchObject({
      unit: euros(120),
      quote: { factors: [], clamped: { to: 'floor', amount: 12_000 } },
    });
  });

  it('are one minor unit and the most that money can be where none are given', () => {
    const nearlyFree = { tiers: [{ name: 'Gift', percent: -99.99 }] };
    expect(priced(nearlyFree, { price: euros(1) })).toMatchObject({
      unit: { amount: 1 },
      quote: { clamped: { to: 'floor', amount: 1 } },
    });
    const dear = { tiers: [{ name: 'Auction', percent: 1_000 }] };
    expect(priced(dear, { price: { amount: 100_000_000_000, currency: 'EUR' } })).toMatchObject({
      unit: { amount: 100_000_000_000 },
      quote: { clamped: { to: 'ceiling', amount: 100_000_000_000 } },
    });
  });
});

describe('a pool without a start', () => {
  it('moves with demand and its tier without bounds, and with no time', () => {
    const { startsAt: _, ...anyTime } = hundred;
    const pricing = { tiers: [...tiers, { name: 'Fair', percent: 1 }].slice(2), demand, countdown };
    const { unit, quote: explained } = quote({ ...anyTime, sold: 10, pricing }, daysBefore(1));
    expect(unit).toEqual({ amount: 10_605, currency: 'EUR' });
    expect(explained).not.toHaveProperty('daysLeft');
    expect(explained.factors.map(({ name, percent }) => [name, percent])).toEqual([
      ['tier', 1],
      ['demand', 5],
    ]);
  });

  it('is no place for pricing by time', () => {
    expect([{ tiers }, { countdown }, { tiers, demand }].map(needsStart)).toEqual([true, true, true]);
    expect([{}, { demand, floor: 1 }, { tiers: [{ name: 'Fair', percent: 1 }] }].map(needsStart)).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe('the parts of a price', () => {
  it('are the base, what each factor adds to what came before it, and what a bound changed', () => {
    const parts = (pricing: Pricing, now: Date) => {
      const { unit, quote: explained } = priced(pricing, { sold: 20 }, now);
      return priceParts(unit, explained).map(({ name, amount }) => [name, amount]);
    };
    expect(parts({}, daysBefore(1))).toEqual([['base', 10_000]]);
    expect(parts({ tiers, demand, countdown, ceiling: 11_000 }, daysBefore(7))).toEqual([
      ['base', 10_000],
      ['tier', 1_000],
      ['demand', 1_100],
      ['countdown', -907],
      ['ceiling', -193],
    ]);
  });

  it('are the price alone where a claim was explained before there was pricing', () => {
    expect(priceParts(euros(50), { rule: 1, sharePercent: 0, factors: [] })).toEqual([{ name: 'base', amount: 5_000 }]);
  });
});

describe('the rules of pricing', () => {
  it('are taken as they are documented', () => {
    const documented = { tiers, demand, countdown, floor: 1_000, ceiling: 20_000 };
    expect(pricingSchema.parse(documented)).toEqual(documented);
    expect(pricingSchema.parse({})).toEqual({});
  });

  const tier = { name: 'Early bird' };
  it.each<[string, unknown]>([
    ['a part that is not known', { season: {} }],
    ['a tier without a name', { tiers: [{ percent: 1 }] }],
    ['a tier with a field that is not known', { tiers: [{ ...tier, untilDays: 3 }] }],
    ['a tier that gives tickets away', { tiers: [{ ...tier, percent: -100 }] }],
    ['a tier of more than 1000 %', { tiers: [{ ...tier, percent: 1_000.01 }] }],
    ['three decimals', { tiers: [{ ...tier, percent: 0.125 }] }],
    ['a tier that ends before it begins', { tiers: [{ ...tier, fromDaysBefore: 8, withinDays: 7 }] }],
    ['half a day', { tiers: [{ ...tier, withinDays: 0.5 }] }],
    ['two tiers of one name', { tiers: [tier, { ...tier, withinDays: 7 }] }],
    ['two tiers without bounds', { tiers: [tier, { name: 'Regular' }] }],
    [
      'two tiers with the same bounds',
      {
        tiers: [
          { ...tier, withinDays: 7 },
          { name: 'Late', withinDays: 7 },
        ],
      },
    ],
    ['21 tiers', { tiers: Array.from({ length: 21 }, (_, nth) => ({ name: `Tier ${nth}`, withinDays: nth })) }],
    ['a step of less than 1 %', { demand: { ...demand, everyPercentSold: 0.5 } }],
    ['a step of more than all', { demand: { ...demand, everyPercentSold: 101 } }],
    ['demand that lowers the price', { demand: { ...demand, percent: -1 } }],
    ['a countdown that raises the price', { countdown: { ...countdown, percent: 1 } }],
    ['a countdown that gives tickets away', { countdown: { ...countdown, maxPercent: -100 } }],
    ['a countdown in no time', { countdown: { ...countdown, everyDays: 0 } }],
    ['a floor of nothing', { floor: 0 }],
    ['a floor in fractions', { floor: 10.5 }],
    ['a floor above the ceiling', { floor: 2, ceiling: 1 }],
  ])('are not taken with %s', (_, wrong) => {
    expect(pricingSchema.safeParse(wrong).success).toBe(false);
  });
});
