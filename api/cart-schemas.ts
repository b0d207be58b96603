import { z } from 'zod';
import { money, poolName, totalMoney } from '../src/domain';
import { poolAnswer, poolStatusName } from './pool-schemas';
import { customerId, instant } from './schemas';

/** What comes in and what goes out of carts; a line that comes in is that of a purchase. */
export const cartParams = z.object({ id: z.uuid().toLowerCase() });
export const cartItemParams = cartParams.extend({ pool: poolName });
export const newCart = z.strictObject({ customerId }).openapi('NewCart');

export const cartAnswer = z
  .object({
    id: z.uuid(),
    status: z.enum(['open', 'checked-out']),
    customerId: z.string(),
    items: z.array(
      z.object({
        pool: poolName,
        quantity: z.int(),
        seats: z.array(z.string()).optional(),
        bestAvailable: z.boolean().optional(),
        maxUnitPrice: money.optional(),
        price: money.describe('What one ticket costs now'),
        total: totalMoney,
        available: z.int(),
        claimed: z.int(),
        sold: z.int(),
        ...poolAnswer.pick({ soldOut: true, allHeld: true, nextReleaseAt: true }).shape,
        poolStatus: poolStatusName,
      }),
    ),
    total: totalMoney
      .optional()
      .describe('Of all lines now, or as it was checked out; left out where there are no lines or several currencies'),
    purchaseId: z.uuid().optional().describe('What it has become'),
    canUndo: z.boolean(),
    position: z.int().describe('The newest of the cart and its pools; of a cart that is checked out, its own last'),
    createdAt: instant,
    updatedAt: instant,
  })
  .openapi('Cart', { description: 'Lines that are being collected before checkout' });
