/** What comes in and what goes out of pools. */
import { z } from 'zod';
import {
  givenInstant,
  holdsPolicy,
  money,
  needsStart,
  plainText,
  poolLimits,
  poolName,
  pricingSchema,
  rowsOfLabels,
  seatCount,
  seatLabel,
  seatLabels,
  seatRows,
} from '../src/domain';
import { instant, limit, positiveMoney, reason, textLimits } from './schemas';

export const poolParams = z.object({ name: poolName });

/** What is sold of a pool, and how: so for pools by name alone and for the sections of a show. */
const offer = {
  capacity: z.int().min(1).max(poolLimits.capacity).optional().describe('Left out where seats or rows give it'),
  seats: seatLabels
    .optional()
    .describe('Seats by name, such as A-1: what stands before the last hyphen is the row; the front row first'),
  rows: seatRows.optional().describe('Many seats in few words, the front row first'),
  price: positiveMoney,
  pricing: pricingSchema.optional(),
  maxPerPurchase: z
    .int()
    .min(poolLimits.maxPerPurchase.least)
    .max(poolLimits.maxPerPurchase.most)
    .default(poolLimits.maxPerPurchase.usual),
  maxPerCustomer: z
    .int()
    .min(poolLimits.maxPerCustomer.least)
    .max(poolLimits.maxPerCustomer.most)
    .optional()
    .describe('Tickets that one customer may hold and have bought'),
  holdSeconds: z
    .int()
    .min(poolLimits.holdSeconds.least)
    .max(poolLimits.holdSeconds.most)
    .default(poolLimits.holdSeconds.usual),
};

interface Offer {
  capacity?: number | undefined;
  seats?: string[] | undefined;
  rows?: z.output<typeof seatRows> | undefined;
}

const offersOnce = ({ capacity, seats, rows }: Offer) =>
  [capacity, seats, rows].filter((given) => given !== undefined).length === 1;

const offeredOnce = { path: ['capacity'], message: 'give one of capacity, seats and rows' };

/** What was given in one of three ways: how many tickets there are, and the seats where they are numbered. */
function sized<Given extends Offer>({ capacity = 0, seats, rows, ...rest }: Given) {
  const numbered = seats ? rowsOfLabels(seats) : rows;
  return { ...rest, capacity: numbered ? seatCount(numbered) : capacity, ...(numbered && { rows: numbered }) };
}

export const newPool = z
  .strictObject({
    name: poolName,
    title: plainText(textLimits.title).optional(),
    ...offer,
    startsAt: givenInstant.optional(),
    opensAt: givenInstant.optional(),
    closesAt: givenInstant.optional(),
  })
  .refine(({ opensAt, closesAt }) => !opensAt || !closesAt || Date.parse(opensAt) < Date.parse(closesAt), {
    path: ['closesAt'],
    message: 'must be after opensAt',
  })
  .refine(({ startsAt, opensAt }) => !startsAt || !opensAt || Date.parse(opensAt) < Date.parse(startsAt), {
    path: ['opensAt'],
    message: 'must be before startsAt',
  })
  .refine(({ startsAt, pricing }) => startsAt !== undefined || !pricing || !needsStart(pricing), {
    path: ['startsAt'],
    message: 'is needed by a pricing that follows the time to the start',
  })
  .refine(offersOnce, offeredOnce)
  .transform(sized)
  .openapi('NewPool');

export const stopBody = z.strictObject({ reason, holds: holdsPolicy.default('release') }).openapi('Stop');

export const repriceBody = z
  .strictObject({ price: positiveMoney.optional(), pricing: pricingSchema.optional() })
  .refine(({ price, pricing }) => price !== undefined || pricing !== undefined, {
    path: ['price'],
    message: 'give a price, a pricing, or both',
  })
  .openapi('Reprice');

const someTickets = {
  quantity: z.int().min(1).max(poolLimits.capacity).optional(),
  seats: z.array(seatLabel).min(1).max(poolLimits.seatsAtOnce).optional(),
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
