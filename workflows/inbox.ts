import { ApplicationFailure, condition, defineUpdate, setHandler, workflowInfo } from '@temporalio/workflow';
import { type Dropped, outcomeOfNextRun, outcomeUpdate } from '../src/domain/contract';
import { hearSignals } from './hearing';
import { type Letter, letterOf } from './letter';
import type { Rules } from './rules';
import type { Arrived } from './run-length';
import { type MustWait, Waiting } from './waiting';

type Outcomes<Outcome> = readonly (readonly [requestId: string, outcome: Outcome])[];

/** What the inbox of a run hands over to that of the next. */
export interface CarriedInbox<Signal extends string, Outcome> {
  outcomes: Outcomes<Outcome | Dropped>;
  /** Signals that came in all runs of the chain. Runs of the release before did not count them. */
  arrived?: number;
  /** Those that were not handled yet. */
  letters?: readonly Letter<Signal>[];
}

const outcomeLimits = {
  /** Remembered for whoever sent the signal and asks; the oldest are forgotten first. */
  remembered: 100,
  /** Characters of them that are carried into the next run. */
  carried: 150_000,
  /** How long whoever asks waits for a signal that does not come. */
  wait: '1 minute',
} as const;

const nothingWaits = () => false;

/** Signals to a workflow that lasts. */
export class Inbox<Signal extends string, Outcome> {
  private readonly waiting: Waiting<Signal>;
  /** Of a run that the release before began, until it is live: one after the other, in the order they came. */
  private inOrder: Letter<Signal>[] | undefined = [];
  private readonly remembered: Map<string, Outcome | Dropped>;
  private arrived: number;
  private dropped = 0;
  readonly arrivals: Arrived;
  private ending: 'over' | 'moving on' | undefined;

  /** Takes the signals it knows, what an earlier run hands over, and is told of signals that it does not know. */
  constructor(
    names: readonly Signal[],
    rules: Rules<Signal>,
    { outcomes, arrived = 0, letters = [] }: CarriedInbox<Signal, Outcome>,
    onUnknown: (name: string) => void,
  ) {
    this.waiting = new Waiting(rules);
    this.remembered = new Map(outcomes);
    this.arrived = arrived;
    for (const letter of letters) this.waiting.putBack(letter);
    this.arrivals = hearSignals(names, (name, input, bytes) => {
      const known = names.find((each) => each === name);
      if (known) this.put(known, input, bytes);
      else onUnknown(name);
    });
    setHandler(defineUpdate<Outcome | Dropped, [string]>(outcomeUpdate), (requestId) => this.outcome(requestId));
  }

  get isEmpty(): boolean {
    return this.waiting.isEmpty && (this.inOrder?.length ?? 0) === 0;
  }

  get hasOthers(): boolean {
    return this.waiting.hasOthers;
  }

  /** More than one of the others. */
  get hasMany(): boolean {
    return this.waiting.hasMany;
  }

  /** How many were dropped since this was asked last. */
  takeDropped(): number {
    const { dropped } = this;
    this.dropped = 0;
    return dropped;
  }

  /** From now on what goes first does, and no more wait than may. */
  sortOut(): void {
    const letters = this.inOrder ?? [];
    this.inOrder = undefined;
    for (const letter of letters) this.add(letter);
  }

  private put(name: Signal, input: unknown, bytes: number): void {
    this.arrived += 1;
    this.add(letterOf({ name, input, bytes }, this.arrived, workflowInfo().firstExecutionRunId));
  }

  /** A letter of the workflow's own, or one that was taken before. */
  add(letter: Letter<Signal>): void {
    if (this.inOrder) {
      this.inOrder.push(letter);
      return;
    }
    const dropped = this.waiting.put(letter);
    if (!dropped) return;
    this.dropped += dropped.times;
    this.answer(dropped, { status: 'dropped' });
  }

  next(): Letter<Signal> | undefined {
    return this.inOrder?.shift();
  }

  hasFirst(mustWait: MustWait<Signal> = nothingWaits): boolean {
    return this.waiting.hasFirst(mustWait);
  }

  takeFirst(mustWait: MustWait<Signal> = nothingWaits): Letter<Signal>[] {
    return this.waiting.takeFirst(mustWait);
  }

  takeOthers(most: number): Letter<Signal>[] {
    return this.waiting.takeOthers(most);
  }

  answer({ requestIds }: Pick<Letter<Signal>, 'requestIds'>, outcome: Outcome | Dropped): void {
    for (const requestId of requestIds) this.remembered.set(requestId, outcome);
    for (const oldest of this.remembered.keys()) {
      if (this.remembered.size <= outcomeLimits.remembered) break;
      this.remembered.delete(oldest);
    }
  }

  /** Nothing more is handled by this run: whoever still waits for an outcome is told so, or to ask the next one. */
  close(ending: 'over' | 'moving on'): void {
    this.ending = ending;
  }

  /** @param underWay what was taken, and is to be taken again by the next run */
  carry(underWay: readonly Letter<Signal>[] = []): Required<CarriedInbox<Signal, Outcome>> {
    const letters = [...underWay, ...(this.inOrder ?? this.waiting.all)];
    return { outcomes: newestOf([...this.remembered]), arrived: this.arrived, letters };
  }

  private async outcome(requestId: string): Promise<Outcome | Dropped> {
    const settled = () => this.ending !== undefined || this.remembered.has(requestId);
    if (!settled()) await condition(settled, outcomeLimits.wait);
    const outcome = this.remembered.get(requestId);
    if (outcome) return outcome;
    if (this.ending === 'moving on') {
      throw ApplicationFailure.nonRetryable(`the next run knows of ${requestId}`, outcomeOfNextRun);
    }
    throw ApplicationFailure.nonRetryable(`no outcome of ${requestId}`, 'NoOutcome');
  }
}

function newestOf<Entry>(entries: readonly Entry[]): Entry[] {
  const newest: Entry[] = [];
  let characters = 0;
  for (const entry of entries.toReversed()) {
    characters += JSON.stringify(entry).length;
    if (characters > outcomeLimits.carried) break;
    newest.unshift(entry);
  }
  return newest;
}
