import {
  ApplicationFailure,
  condition,
  defineSignal,
  defineUpdate,
  setDefaultSignalHandler,
  setHandler,
} from '@temporalio/workflow';
import { outcomeUpdate } from '../src/domain/contract';

export interface Letter<Signal extends string> {
  name: Signal;
  input: unknown;
  requestId?: string;
}

export type Outcomes<Outcome> = readonly (readonly [requestId: string, outcome: Outcome])[];

/** Outcomes remembered for whoever sent the signal and asks; the oldest are forgotten first. */
const rememberedOutcomes = 100;
/** How long whoever asks for an outcome waits for a signal that does not come. */
const outcomeWait = '1 minute';

/** Signals to a workflow that lasts, handled one after the other in the order they came. */
export class Inbox<Signal extends string, Outcome> {
  private readonly letters: Letter<Signal>[] = [];
  private readonly remembered: Map<string, Outcome>;
  private closed = false;

  /** Takes the signals it knows, the outcomes that an earlier run remembered, and is told of signals that it does not know. */
  constructor(names: readonly Signal[], outcomes: Outcomes<Outcome>, onUnknown: (name: string) => void) {
    this.remembered = new Map(outcomes);
    // First, so that signals which are there when a run begins come in their own order, not in that of the names.
    setDefaultSignalHandler((name, input) => {
      const known = names.find((each) => each === name);
      if (known) this.put({ name: known, input });
      else onUnknown(name);
    });
    for (const name of names) setHandler(defineSignal<[unknown]>(name), (input) => this.put({ name, input }));
    setHandler(defineUpdate<Outcome, [string]>(outcomeUpdate), (requestId) => this.outcome(requestId));
  }

  get isEmpty(): boolean {
    return this.letters.length === 0;
  }

  get outcomes(): Outcomes<Outcome> {
    return [...this.remembered];
  }

  put({ name, input }: Letter<Signal>): void {
    const requestId = requestIdIn(input);
    this.letters.push(requestId === undefined ? { name, input } : { name, input, requestId });
  }

  next(): Letter<Signal> | undefined {
    return this.letters.shift();
  }

  answer({ requestId }: { requestId?: string | undefined }, outcome: Outcome): void {
    if (requestId === undefined) return;
    this.remembered.set(requestId, outcome);
    for (const oldest of this.remembered.keys()) {
      if (this.remembered.size <= rememberedOutcomes) break;
      this.remembered.delete(oldest);
    }
  }

  /** Nothing more is handled: whoever still waits for an outcome is told so. */
  close(): void {
    this.closed = true;
  }

  private async outcome(requestId: string): Promise<Outcome> {
    const settled = () => this.closed || this.remembered.has(requestId);
    if (!settled()) await condition(settled, outcomeWait);
    const outcome = this.remembered.get(requestId);
    if (!outcome) throw ApplicationFailure.nonRetryable(`no outcome of ${requestId}`, 'NoOutcome');
    return outcome;
  }
}

function requestIdIn(input: unknown): string | undefined {
  if (typeof input !== 'object' || input === null || !('requestId' in input)) return undefined;
  return typeof input.requestId === 'string' ? input.requestId : undefined;
}
