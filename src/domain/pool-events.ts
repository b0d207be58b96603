import { z } from 'zod';
import { asItWas, eventCodec } from './event-codec';
import { money } from './money';
import { pricingSchema, quoteSchema } from './pricing';
import { seatLabel, seatRows } from './seating';

/** Where each limit of a pool is set. */
export const poolLimits = {
  capacity: 1_000_000,
  titleLength: 200,
  maxPerPurchase: { least: 1, most: 50, usual: 4 },
  maxPerCustomer: { least: 1, most: 1000 },
  maxHeldPerCustomer: { least: 1, most: 1_000_000 },
  holdSeconds: { least: 1, most: 3600, usual: 300 },
  /** Seats that one command withholds or gives back. */
  seatsAtOnce: 2_000,
} as const;

export const poolName = z.string().regex(/^[a-z0-9-]{1,63}$/, 'must be 1 to 63 of a-z, 0-9 and -');
const instant = z.iso.datetime({ offset: true });
/** What a stop does to open holds: give them back, or let their buyers still pay. */
export const holdsPolicy = z.enum(['release', 'honour']);
export type HoldsPolicy = z.infer<typeof holdsPolicy>;

/** Named where they are numbered. */
const someTickets = { quantity: z.int().min(1), seats: z.array(seatLabel).optional() };

export const poolEvents = {
  PoolCreated: z.object({
    name: poolName,
    title: z.string(),
    promoter: z.string(),
    capacity: z.int().min(1).max(poolLimits.capacity),
    price: money,
    maxPerPurchase: z.int(),
    /** Tickets that one customer may hold and have bought; without it as many as they like. */
    maxPerCustomer: z.int().optional(),
    /** Tickets that one customer may hold at a time; without it as `heldAtMost` says. */
    maxHeldPerCustomer: z.int().optional(),
    holdSeconds: z.int(),
    startsAt: instant.optional(),
    opensAt: instant.optional(),
    closesAt: instant.optional(),
    /** The seats of a numbered pool, the front row first; without it general admission. */
    rows: seatRows.optional(),
    pricing: pricingSchema.optional(),
    /** The show whose section it is: that opens, closes and cancels it. */
    show: z.string().optional(),
  }),
  SalesOpened: z.object({}),
  SalesClosed: z.object({}),
  SalesStopped: z.object({ reason: z.string(), holds: holdsPolicy }),
  SalesResumed: z.object({}),
  /** The base price from now on, and the pricing where that was replaced. */
  PoolRepriced: z.object({ price: money, pricing: pricingSchema.optional() }),
  PoolCancelled: z.object({ reason: z.string() }),
  TicketsWithheld: z.object({ ...someTickets, reason: z.string().optional() }),
  TicketsGivenBack: z.object(someTickets),
  TicketClaimed: z.object({
    ticketId: z.uuid(),
    purchaseId: z.uuid(),
    /** Whom it is held for. Claims of earlier releases say it only where the pool limited what a customer may have. */
    customerId: z.string().optional(),
    /** Whose customer that is; unless nobody knows it. */
    shop: z.string().optional(),
    /** When the purchase's hold ends. Claims of earlier releases do not say it. */
    heldUntil: z.iso.datetime().optional(),
    seat: seatLabel.optional(),
    price: money,
    quote: quoteSchema,
  }),
  TicketReleased: z.object({ ticketId: z.uuid(), purchaseId: z.uuid() }),
  TicketBought: z.object({ ticketId: z.uuid(), purchaseId: z.uuid(), price: money }),
};
export type PoolEvent = {
  [Type in keyof typeof poolEvents]: { type: Type; data: z.infer<(typeof poolEvents)[Type]> };
}[keyof typeof poolEvents];

export const poolCodec = eventCodec(poolEvents, {
  // What came with the second and the third version changes what may be sold at which price: who does not know it must not sell.
  PoolCreated: { version: 3, upcasts: { 1: asItWas, 2: asItWas } },
  PoolRepriced: { version: 2, upcasts: { 1: asItWas } },
});
export type PoolSettings = z.infer<typeof poolEvents.PoolCreated>;
