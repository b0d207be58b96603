import { setTimeout as pause } from 'node:timers/promises';

/** Between two tries, in milliseconds. */
const EVERY_MS = 25;
/** Ends what will never come, on the slowest machine; says nothing about speed. In milliseconds. */
const WITHIN_MS = 180_000;

/**
 * Waits until the probe succeeds and gives its value. A probe that throws, or gives `false`, has not succeeded yet.
 * @param within milliseconds; then it rejects, and the error's cause is the last thing the probe threw.
 */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  { within = WITHIN_MS }: { within?: number } = {},
): Promise<Exclude<T, false>> {
  const deadline = performance.now() + within;
  let last: unknown = 'the probe never answered';
  while (performance.now() < deadline) {
    try {
      const value = await beforeDeadline(probe, deadline);
      if (value !== false) return value as Exclude<T, false>;
      last = 'the probe gave false';
    } catch (error) {
      if (!(error instanceof NoAnswer)) last = error;
    }
    await pause(Math.max(0, Math.min(EVERY_MS, deadline - performance.now())));
  }
  const reason = last instanceof Error ? last.message : String(last);
  throw new Error(`Not within ${within} ms: ${reason}`, { cause: last });
}

class NoAnswer extends Error {}

async function beforeDeadline<T>(probe: () => T | Promise<T>, deadline: number): Promise<T> {
  const timeout = new AbortController();
  const late = pause(Math.max(0, deadline - performance.now()), undefined, { signal: timeout.signal }).then(() => {
    throw new NoAnswer();
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([probe(), late]);
  } finally {
    timeout.abort();
  }
}
