/** What promoters are told of their sales. */
import { z } from 'zod';
import { money, poolName, totalMoney } from '../src/domain';
import { poolStatusName } from './pool-schemas';

export const revenueAnswer = z.object({ revenue: totalMoney, tickets: z.int() });

export const salesAnswer = z.object({
  days: z.record(
    z.string(),
    z.object({
      total: z.int(),
      count: z.int(),
      tickets: z.int(),
      refunded: z.int().optional(),
      refunds: z.int().optional(),
    }),
  ),
  currency: z.string(),
});

const outcome = z.object({ purchases: z.int(), tickets: z.int() });

export const figures = {
  capacity: z.int(),
  available: z.int(),
  claimed: z.int(),
  sold: z.int(),
  withheld: z.int(),
  soldPercent: z.number().describe('Of the capacity'),
  revenue: totalMoney,
  averagePrice: money.optional().describe('Of the tickets sold, to the minor unit; none where nothing was sold'),
  sellThrough: z
    .array(z.object({ day: z.iso.date(), tickets: z.int(), sold: z.int(), percent: z.number(), revenue: z.int() }))
    .describe(
      'UTC days on which something was sold: tickets of that day; sold, percent of the capacity and revenue until its end',
    ),
  conversion: z
    .object({
      reserved: outcome,
      confirmed: outcome,
      expired: outcome,
      cancelled: outcome,
      failed: outcome,
      open: outcome,
      percent: z.number().optional(),
    })
    .describe('What became of the purchases that reserved tickets; percent of them that were confirmed'),
};

export const poolFiguresAnswer = z
  .object({ name: poolName, title: z.string(), status: poolStatusName, ...figures })
  .openapi('PoolFigures', { description: 'available + claimed + sold + withheld = capacity' });
