import type { CommitFeed } from '../src/store';
import { preferences } from './prefer';

export const waitLimits = { mostSeconds: 30 } as const;

/** Seconds that the client is ready to wait, of `Prefer: wait=N` (RFC 7240): 0 without it, 30 at the most. */
export function preferredWait(prefer: string | undefined): number {
  const wait = preferences(prefer ?? '').get('wait') ?? '';
  return /^\d+$/.test(wait) ? Math.min(Number(wait), waitLimits.mostSeconds) : 0;
}

export const preferenceApplied = (seconds: number) =>
  seconds > 0 ? { 'Preference-Applied': `wait=${seconds}` } : undefined;

export interface Beginning {
  /** Sets off what is waited for; runs once the wait is registered. */
  begin?(): Promise<void>;
  /** What is looked for cannot be there before a commit that `begin` brings about: the first look is spared. */
  onlyNews?: boolean;
}

/**
 * Looks until `look` finds something or the time is over: once at first, then at each commit to the stream. Nothing is
 * polled: the wait is registered before the first look, so no commit falls between the two.
 */
export async function awaitCommit<Found>(
  feed: CommitFeed,
  stream: string,
  seconds: number,
  look: () => Promise<Found | undefined>,
  { begin, onlyNews = false }: Beginning = {},
): Promise<Found | undefined> {
  let wake: () => void = () => undefined;
  let woken = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const stop = feed.onChange(stream, () => wake());
  let timeUp = false;
  const timer = setTimeout(() => {
    timeUp = true;
    wake();
  }, seconds * 1000);
  try {
    await begin?.();
    if (onlyNews && seconds > 0) await woken;
    for (;;) {
      const found = await look();
      if (found !== undefined || timeUp || seconds === 0) return found;
      await woken;
      woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    clearTimeout(timer);
    stop();
  }
}
