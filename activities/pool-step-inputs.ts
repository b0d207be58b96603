import { z } from 'zod';
import {
  givenPrice,
  givenPricing,
  givenSeatLabel,
  holdsPolicy,
  type PoolCommand,
  type PoolSignal,
  plainText,
  poolLimits,
} from '../src/domain';

/** A signal with what came in it, or a time that has come. */
export type PoolStep = { name: PoolSignal; input: unknown } | { name: 'openSales' | 'closeSales' };

export interface SteerStep {
  step: PoolStep;
  /** The same for the same signal or timer, whichever run of the workflow brings it. */
  stepId: string;
}

const reasonLimit = 500;
const reason = plainText(reasonLimit);
const requestId = z.string().optional();
const quantity = z.int().min(1).max(poolLimits.capacity);
const seats = z.array(givenSeatLabel).min(1).max(poolLimits.seatsAtOnce);
const quantityOrSeats = `must be {quantity} of 1 to ${poolLimits.capacity}, or {seats} of 1 to ${poolLimits.seatsAtOnce} labels`;

/** What promoters send, from the API or straight from Temporal's CLI; whoever sends it, it is parsed here. */
export const steerInputs = {
  stopSales: z.strictObject({ reason, holds: holdsPolicy.default('release'), requestId }),
  resumeSales: z.strictObject({ requestId }).optional(),
  reprice: z
    .strictObject({
      price: givenPrice.optional(),
      pricing: givenPricing.optional(),
      requestId,
    })
    .refine(({ price, pricing }) => price !== undefined || pricing !== undefined, 'names a price, a pricing, or both'),
  withhold: z.union(
    [
      z.strictObject({ quantity, reason: reason.optional(), requestId }),
      z.strictObject({ seats, reason: reason.optional(), requestId }),
    ],
    `${quantityOrSeats}, and perhaps {reason}`,
  ),
  giveBack: z.union([z.strictObject({ quantity, requestId }), z.strictObject({ seats, requestId })], quantityOrSeats),
  refresh: z.strictObject({ requestId }).optional(),
  cancelSales: z.strictObject({ reason, requestId }),
} satisfies Record<PoolSignal, z.ZodType>;

/** Of what was wrong with a signal, as many characters are kept: they go into the workflow's history. */
const becauseLimit = 1_000;

/** What is asked of the pool by a step, or what is wrong with the signal that it is. */
export function understood(step: PoolStep): PoolCommand | { invalid: string } {
  try {
    switch (step.name) {
      case 'stopSales':
        return { kind: step.name, ...steerInputs.stopSales.parse(step.input) };
      case 'resumeSales':
        steerInputs.resumeSales.parse(step.input ?? undefined);
        return { kind: step.name };
      case 'reprice':
        return { kind: step.name, ...steerInputs.reprice.parse(step.input) };
      case 'withhold':
        return { kind: step.name, ...steerInputs.withhold.parse(step.input) };
      case 'giveBack':
        return { kind: step.name, ...steerInputs.giveBack.parse(step.input) };
      case 'refresh':
        steerInputs.refresh.parse(step.input ?? undefined);
        return { kind: step.name };
      case 'cancelSales':
        return { kind: step.name, reason: steerInputs.cancelSales.parse(step.input).reason };
      default:
        return { kind: step.name };
    }
  } catch (error) {
    if (error instanceof z.ZodError) return { invalid: z.prettifyError(error).slice(0, becauseLimit) };
    throw error;
  }
}
