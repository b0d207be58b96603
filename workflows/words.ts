import type { ShowOutcome, SteerOutcome } from '../activities';
import type { Dropped } from '../src/domain/contract';
import { waitingLimits } from './waiting';

/** What a signal did, for whoever looks at the workflow of a pool or a show. */
export function inWords(signal: string, outcome: SteerOutcome | ShowOutcome | Dropped): string {
  switch (outcome.status) {
    case 'done':
      return `Signal ${signal} is in force.`;
    case 'refused':
      return `Signal ${signal} was refused: ${outcome.refusal.slug}.`;
    case 'invalid':
      return `Signal ${signal} was not understood and changed nothing: ${outcome.because}`;
    case 'dropped':
      return `Signal ${signal} was dropped.`;
  }
}

/** Why no pool came of a workflow. */
export function notMade(outcome: Exclude<SteerOutcome, { status: 'done' }>): string {
  if (outcome.status === 'invalid') return `No pool was made: ${outcome.because}`;
  return outcome.refusal.slug === 'pool-name-taken'
    ? 'The name was taken before; no pool was made.'
    : 'Names with -- belong to the sections of shows, which make their pools themselves; no pool was made.';
}

export function droppedInWords(dropped: number): string {
  return `${dropped} signals were dropped, as more than ${waitingLimits.letters} were waiting. Send what still matters again, more slowly.`;
}

const linesShown = 5;
/** Of details, whose limit in Temporal is 20 kB. */
const charactersShown = 6_000;

/** The last of several things that happened, each said once. */
export function lastOf(lines: readonly string[]): string {
  return [...new Set(lines)].slice(-linesShown).join('\n').slice(-charactersShown);
}
