import { setTimeout as delay } from 'node:timers/promises';
import type { Pool as Database } from 'pg';
import { lastPosition } from '../store';
import { checkpoint } from './checkpoint';

export const waitLimits = {
  milliseconds: 2_000,
  /** Between two looks, twice as long each time. */
  pauseMilliseconds: { first: 2, most: 50 },
} as const;

/**
 * Waits until a projection holds everything up to a position; gives whether it does, or the time is over first.
 * @param position that of the reader's own write, for example; everything committed by now where it is missing
 */
export async function waitForPosition(
  database: Database,
  projection: Pick<{ name: string }, 'name'>,
  position?: number,
  milliseconds: number = waitLimits.milliseconds,
): Promise<boolean> {
  const wanted = position ?? (await lastPosition(database));
  const end = performance.now() + milliseconds;
  let pause: number = waitLimits.pauseMilliseconds.first;
  while ((await checkpoint(database, projection.name)) < wanted) {
    if (performance.now() >= end) return false;
    await delay(pause);
    pause = Math.min(pause * 2, waitLimits.pauseMilliseconds.most);
  }
  return true;
}
