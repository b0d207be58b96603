import { isStartedByNpm } from './config';
import { isOrphanOfNpm, isRunning, launchers } from './processes';

/** One Ctrl-C often arrives twice, from the terminal and passed on by npm; only a later one means impatience. */
const SAME_REQUEST_MS = 1_000;
const LAUNCHER_CHECK_MS = 200;

/**
 * Aborts when somebody wants this process to stop: by Ctrl-C, SIGTERM or SIGHUP, or because the npm that started it
 * has been killed.
 * @param force called for a second Ctrl-C
 */
export function stopRequest(force: () => void): AbortSignal {
  const request = new AbortController();
  let firstAt: number | undefined;
  const ask = (why: string) => {
    if (firstAt !== undefined && why === 'SIGINT' && performance.now() - firstAt > SAME_REQUEST_MS) force();
    firstAt ??= performance.now();
    request.abort(new Error(why));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ask(signal));
  if (isStartedByNpm()) {
    const watched = launchers();
    if (isOrphanOfNpm()) ask('npm is gone');
    const check = setInterval(() => {
      if (watched.every(isRunning)) return;
      clearInterval(check);
      ask('npm is gone');
    }, LAUNCHER_CHECK_MS);
    check.unref();
  }
  return request.signal;
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** The outcome of the work, unless the signal aborts first: then its reason is thrown and the work left to itself. */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const interrupted = aborted(signal).then(() => Promise.reject(signal.reason));
  return await Promise.race([work, interrupted]);
}
