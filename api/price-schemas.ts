import { z } from 'zod';
import { curveLimits, givenPricing, money, poolLimits, quoteSchema, totalMoney } from '../src/domain';
import { positiveMoney } from './schemas';

/** What comes in and what goes out where prices are asked for. */
const minorUnits = z.int().describe('Minor units');

export const priceQuery = z.strictObject({
  quantity: z.coerce.number().int().min(1).max(poolLimits.maxPerPurchase.most).default(1),
});
export const priceAnswer = z.object({
  unit: money,
  total: totalMoney,
  base: money.describe('What the factors multiply; the product is rounded half up once'),
  factors: quoteSchema.shape.factors,
  clamped: quoteSchema.shape.clamped.describe('The bound that the price is held at, where the product lies beyond it'),
});

export const priceCurveAnswer = z
  .object({
    currency: money.shape.currency,
    bySharePercent: z
      .array(z.object({ percent: z.int(), price: minorUnits }))
      .describe('By the share of the capacity sold or claimed, at this moment: 0 to 100'),
    byDaysLeft: z
      .array(z.object({ days: z.int(), price: minorUnits }))
      .max(curveLimits.days)
      .describe('By days before the start, with as much gone as now; empty where the pool names no start'),
  })
  .openapi('PriceCurve');

export const backtestBody = z
  .strictObject({
    price: positiveMoney.optional().describe('The base price; the one of the pool now where it is left out'),
    pricing: givenPricing,
  })
  .openapi('PricingBacktest');

const amount = z.object({ amount: minorUnits, currency: money.shape.currency });
const takings = z.object({
  revenue: amount,
  byFactor: z
    .array(z.object({ name: z.string(), amount: minorUnits }))
    .describe('What the base and each factor brought or cost; they add up to the revenue'),
});
export const backtestAnswer = z
  .object({
    tickets: z.int().describe('Tickets bought'),
    actual: takings,
    backtest: takings,
    difference: amount.describe('Of the revenues; positive where the other pricing had brought more'),
  })
  .openapi('PricingBacktestResult');
