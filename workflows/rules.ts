/** What a workflow does with signals that wait. */
export interface Rules<Signal extends string> {
  /** Goes before all that does not: a stop, a cancellation, and what undoes them. It must be small. */
  goesFirst(name: Signal, input: unknown): boolean;
  /** Of equal ones only the last need be handled. */
  folds(name: Signal): boolean;
  /** Comes before the others that go first, and stays where the oldest of too many of them is given up for the newest. */
  stays(name: Signal): boolean;
}

const textLimit = 500;
const wordsOfStop = ['reason', 'holds', 'requestId'];

const isShort = (value: unknown) => typeof value === 'string' && value.length <= textLimit;

/** An object of nothing but these, each a short text. */
function hasOnly(keys: readonly string[], input: object): boolean {
  return Object.entries(input).every(([key, value]) => keys.includes(key) && isShort(value));
}

/** As far as it can be seen without its schema: what looks like none waits in its turn, and cannot push a real one out. */
export function looksLikeStop(input: unknown): boolean {
  return typeof input === 'object' && input !== null && 'reason' in input && hasOnly(wordsOfStop, input);
}

export function looksLikeResume(input: unknown): boolean {
  return input === undefined || input === null || (typeof input === 'object' && hasOnly(['requestId'], input));
}
