import { strict as assert } from 'node:assert';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { answerParent } from './children';
import { openShop } from './shop';

/** Reprices, each with a price of its own, as fast as they are taken: signals to Temporal or commands to the API. */
export interface FloodWork {
  address: string;
  /** Of the workflow or the pool. */
  target: string;
  through: 'signals' | 'commands';
  count: number;
  atOnce: number;
  /** Of prices, so that none is the one before. */
  from: number;
}

/** How many came to what: `taken`, or the status of an answer. Signals that Temporal refuses are `refused`, and sent again. */
export type Flooded = Record<string, number>;

const tooMany = 429;
const pauseMilliseconds = 50;
/** Temporal takes so many signals for one run, and none while it gives way to the next. */
const isRefused = (error: unknown) =>
  /limit for signal|is closing/.test(String(error instanceof Error ? (error.cause ?? error) : error));
const price = (amount: number) => ({ price: { amount, currency: 'EUR' } });

async function sender({ address, target, through }: FloodWork): Promise<(nth: number) => Promise<Flooded>> {
  if (through === 'signals') {
    const connection = await Connection.connect({ address });
    const handle = new Client({ connection }).workflow.getHandle(target);
    return async (nth) => {
      for (let refused = 0; ; refused += 1) {
        try {
          await handle.signal('reprice', price(nth));
          return { taken: 1, refused };
        } catch (error) {
          if (!isRefused(error)) throw error;
        }
        await pause(pauseMilliseconds);
      }
    };
  }
  const { command } = await openShop(address);
  return async (nth) => {
    const { status } = await command(target, 'reprice', price(nth));
    // A pool that is not there takes none; one that is refuses those that are too many.
    assert([200, 404, tooMany].includes(status), `a reprice was answered with ${status}`);
    return { [status === 200 ? 'taken' : status]: 1 };
  };
}

answerParent(async (work: FloodWork): Promise<Flooded> => {
  const send = await sender(work);
  const flooded: Flooded = {};
  let next = 0;
  const sendOn = async () => {
    while (next < work.count) {
      next += 1;
      for (const [outcome, times] of Object.entries(await send(work.from + next)))
        flooded[outcome] = (flooded[outcome] ?? 0) + times;
    }
  };
  await Promise.all(Array.from({ length: work.atOnce }, sendOn));
  return flooded;
});
