import { setTimeout as delay } from 'node:timers/promises';
import type { Pool as Database } from 'pg';
import { lastPosition } from '../store';
import { checkpoint } from './checkpoint';

export const waitLimits = {
  milliseconds: 2_000,
  /** Between two looks, twice as long each time. */
  pauseMilliseconds: { first: 2, most: 50 },
} as const;

/** By database and projection, the look that is under way. */
const looks = new WeakMap<Database, Map<string, Promise<number>>>();

/** However many wait, the database is asked once at a time: a checkpoint never goes back, so an older one proves as much. */
function sharedCheckpoint(database: Database, name: string): Promise<number> {
  const ofDatabase = looks.get(database) ?? new Map<string, Promise<number>>();
  looks.set(database, ofDatabase);
  const underWay = ofDatabase.get(name);
  if (underWay) return underWay;
  const look = checkpoint(database, name).finally(() => ofDatabase.delete(name));
  ofDatabase.set(name, look);
  return look;
}

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
  while ((await sharedCheckpoint(database, projection.name)) < wanted) {
    if (performance.now() >= end) return false;
    await delay(pause);
    pause = Math.min(pause * 2, waitLimits.pauseMilliseconds.most);
  }
  return true;
}
