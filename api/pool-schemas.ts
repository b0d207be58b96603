/** What comes in and what goes out of pools. */
import { z } from 'zod';
import * as domain from '../src/domain';
import { instant, limit, positiveMoney, reason } from './schemas';

const { holdsPolicy, money, poolLimits, poolName, givenSeatLabel, givenPricing, pricingSchema } = domain;

export const poolParams = z.object({ name: poolName });

export const newPool = domain.newPool.clone().openapi('NewPool');

export const stopBody = z.strictObject({ reason, holds: holdsPolicy.default('release') }).openapi('Stop');

export const repriceBody = z
  .strictObject({ price: positiveMoney.optional(), pricing: givenPricing.optional() })
  .refine(({ price, pricing }) => price !== undefined || pricing !== undefined, {
    path: ['price'],
    message: 'give a price, a pricing, or both',
  })
  .openapi('Reprice');

const someTickets = {
  quantity: z.int().min(1).max(poolLimits.capacity).optional(),
  seats: z.array(givenSeatLabel).min(1).max(poolLimits.seatsAtOnce).optional(),
};

export const namesOne = ({ quantity, seats }: { quantity?: number | undefined; seats?: string[] | undefined }) =>
  (quantity === undefined) !== (seats === undefined);

export const oneOfBoth = { path: ['quantity'], message: 'give a quantity, or the seats of a numbered pool' };

export const withholdBody = z
  .strictObject({ ...someTickets, reason: reason.optional() })
  .refine(namesOne, oneOfBoth)
  .openapi('Withhold');

export const giveBackBody = z.strictObject(someTickets).refine(namesOne, oneOfBoth).openapi('GiveBack');

export const cancelBody = z.strictObject({ reason }).openapi('CancelPool');

export const poolStatusName = z.enum(['scheduled', 'on-sale', 'stopped', 'closed', 'cancelled']);

export const poolsQuery = z.strictObject({ status: poolStatusName.optional(), limit, cursor: poolName.optional() });

export const poolQuery = z.strictObject({ pool: poolName });

export const poolAnswer = z
  .object({
    name: poolName,
    title: z.string(),
    status: poolStatusName,
    soldOut: z.boolean().describe('Nothing is available, and nothing can come back by itself: nobody holds any'),
    allHeld: z.boolean().describe('Nothing is available, and what others hold may come back'),
    nextReleaseAt: instant.optional().describe('When the next hold may end; left out where nothing is held'),
    capacity: z.int(),
    available: z.int(),
    claimed: z.int(),
    sold: z.int(),
    withheld: z.int().describe('Kept from sale by the promoter'),
    price: money.describe('What one ticket costs now'),
    basePrice: money,
    pricing: pricingSchema.optional(),
    numbered: z.boolean().describe('Whether its seats have names'),
    maxPerPurchase: z.int(),
    maxPerCustomer: z.int().optional(),
    maxHeldPerCustomer: z.int().describe('Tickets that one customer may hold at a time'),
    holdSeconds: z.int(),
    startsAt: instant.optional(),
    opensAt: instant.optional(),
    closesAt: instant.optional(),
    show: z.string().optional().describe('The show whose section it is'),
    reason: z.string().optional(),
    position: z.int(),
  })
  .openapi('Pool', { description: 'available + claimed + sold + withheld = capacity' });

export const poolsAnswer = z.object({ pools: z.array(poolAnswer), next: z.string().optional() });

export const seatsAnswer = z
  .object({
    pool: poolName,
    position: z.int(),
    rows: z.array(
      z.object({
        row: z.string(),
        seats: z.array(z.object({ seat: z.string(), status: z.enum(['available', 'claimed', 'sold', 'withheld']) })),
      }),
    ),
  })
  .openapi('Seats');
