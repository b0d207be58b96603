/** A line for the person at the terminal. */
export type Say = (line: string) => void;

/** A step shorter than this passes without a word. */
const WORTH_A_LINE_MS = 1_000;
const PROGRESS_EVERY_MS = 5_000;

/** Does the work; where it takes longer than a second, says so, how it goes on, and how long it took. */
export async function step<T>(say: Say, label: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const elapsed = () => (performance.now() - begun) / 1000;
  const announcement = setTimeout(() => say(`${label}…`), WORTH_A_LINE_MS);
  const progress = setInterval(() => say(`  ${label} … ${Math.round(elapsed())} s`), PROGRESS_EVERY_MS);
  try {
    const result = await work();
    if (elapsed() * 1000 >= WORTH_A_LINE_MS) say(`${label}: ${elapsed().toFixed(1)} s`);
    return result;
  } finally {
    clearTimeout(announcement);
    clearInterval(progress);
  }
}
