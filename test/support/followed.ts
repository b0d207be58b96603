import type { Pool } from 'pg';
import { catchUp, projections } from '../../src/projections';
import { HighWaterMark, PositionMoved } from '../../src/store';

/** Brings every read model up to all that is committed now, whether a worker follows the events as well or not. */
export async function followed(database: Pool): Promise<void> {
  const errors: Error[] = [];
  const mark = new HighWaterMark(database, { onCommit: () => () => undefined }, (error) => errors.push(error));
  mark.start();
  try {
    const upTo = await mark.current(AbortSignal.timeout(10_000));
    for (const projection of projections) await untilThere(() => catchUp(database, projection, upTo));
  } finally {
    await mark.stop();
  }
  if (errors[0]) throw errors[0];
}

async function untilThere(work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof PositionMoved)) throw error;
    }
  }
}
