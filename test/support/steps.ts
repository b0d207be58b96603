const SAY_AFTER_MS = 1_000;

export const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** Does one step of the set-up, with a line when it takes longer than a second and another when it is done. */
export async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const timer = setTimeout(() => say(`${name}…`), SAY_AFTER_MS);
  try {
    const result = await work();
    const milliseconds = performance.now() - started;
    if (milliseconds > SAY_AFTER_MS) say(`${name}: done in ${(milliseconds / 1000).toFixed(1)} s`);
    return result;
  } finally {
    clearTimeout(timer);
  }
}
