import type { SteerOutcome } from '../activities';

/** What a signal did, for whoever looks at the pool's workflow. */
export function inWords(signal: string, outcome: SteerOutcome): string {
  switch (outcome.status) {
    case 'done':
      return `Signal ${signal} is in force.`;
    case 'refused':
      return `Signal ${signal} was refused: ${outcome.refusal.slug}.`;
    case 'invalid':
      return `Signal ${signal} was not understood and changed nothing: ${outcome.because}`;
  }
}
