import type { ShowOutcome, SteerOutcome } from '../activities';

/** What a signal did, for whoever looks at the workflow of a pool or a show. */
export function inWords(signal: string, outcome: SteerOutcome | ShowOutcome): string {
  switch (outcome.status) {
    case 'done':
      return `Signal ${signal} is in force.`;
    case 'refused':
      return `Signal ${signal} was refused: ${outcome.refusal.slug}.`;
    case 'invalid':
      return `Signal ${signal} was not understood and changed nothing: ${outcome.because}`;
  }
}
