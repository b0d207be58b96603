import { condition, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import type { SteerOutcome } from '../activities';
import { outcomeUpdate, type PoolSignal, poolSignals } from '../src/domain/contract';

export const outcomeOf = defineUpdate<SteerOutcome, [string]>(outcomeUpdate);

export interface Letter {
  name: PoolSignal;
  input: unknown;
  requestId: string | undefined;
}

/** Outcomes remembered for whoever sent the signal and asks; the oldest are forgotten first. */
const rememberedOutcomes = 100;

/** Signals to a pool, handled one after the other in the order they came. */
export class PoolInbox {
  private readonly letters: Letter[] = [];
  private readonly outcomes = new Map<string, SteerOutcome>();

  constructor() {
    for (const name of Object.values(poolSignals)) {
      setHandler(defineSignal<[unknown]>(name), (input) => {
        this.letters.push({ name, input, requestId: requestIdIn(input) });
      });
    }
    setHandler(outcomeOf, async (requestId) => {
      await condition(() => this.outcomes.has(requestId));
      const outcome = this.outcomes.get(requestId);
      if (!outcome) throw new Error(`the outcome of ${requestId} was forgotten`);
      return outcome;
    });
  }

  get isEmpty(): boolean {
    return this.letters.length === 0;
  }

  next(): Letter | undefined {
    return this.letters.shift();
  }

  answer({ requestId }: Letter, outcome: SteerOutcome): void {
    if (requestId === undefined) return;
    this.outcomes.set(requestId, outcome);
    for (const oldest of this.outcomes.keys()) {
      if (this.outcomes.size <= rememberedOutcomes) break;
      this.outcomes.delete(oldest);
    }
  }
}

function requestIdIn(input: unknown): string | undefined {
  if (typeof input !== 'object' || input === null || !('requestId' in input)) return undefined;
  return typeof input.requestId === 'string' ? input.requestId : undefined;
}
