import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  defineQuery,
  log,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { ShowHours, ShowOutcome, ShowStep } from '../activities';
import { type ShowInput, type ShowSignal, searchAttributes, showSignals, statusQuery } from '../src/domain/contract';
import { cancelPools, draftShow, refreshPools, startPools, steerShow } from './activities';
import { Inbox, type Letter, type Outcomes } from './inbox';
import { requireShowInput } from './input';
import { keyword } from './search-attributes';
import { whatComesNext } from './show-words';
import { inWords } from './words';

export interface ShowState {
  show: string;
  status: string;
  /** Signals handled since the show was drafted, which number their steps. */
  handled: number;
  /** What the last signal or timer did, in plain words. */
  lastOutcome: string;
  /** Why it was not drafted. */
  refused?: ShowOutcome;
}

export const showStatus = defineQuery<ShowState>(statusQuery);

/** What a run hands over to the one that continues it. */
interface Carried {
  state: ShowState;
  hours: ShowHours | undefined;
  outcomes: Outcomes<ShowOutcome>;
}

/** Leads one show from its draft to its end: brings every signal and every hour that strikes into its streams, and its pools along. */
export async function show(input: ShowInput & { carried?: Carried }): Promise<ShowState> {
  requireShowInput(input);
  const production = new Production(input, input.carried);
  // Without its workflow nobody could steer the show: cancelling the one cancels the other.
  CancellationScope.current().cancelRequested.catch(() => production.callOff('cancelled by an operator'));
  return CancellationScope.nonCancellable(() => production.run());
}

type Boundary = { at: number; step: 'openSales' | 'closeSales' | 'complete' | 'callOff' };

class Production {
  private readonly state: ShowState;
  private readonly inbox: Inbox<ShowSignal, ShowOutcome>;
  private hours: ShowHours | undefined;
  private calledOff: string | undefined;

  constructor(
    private readonly input: ShowInput,
    private readonly carried: Carried | undefined,
  ) {
    this.state = carried?.state ?? { show: input.settings.name, status: 'new', handled: 0, lastOutcome: '' };
    this.hours = carried?.hours;
    setHandler(showStatus, () => this.state);
    this.inbox = new Inbox(Object.values(showSignals), carried?.outcomes ?? [], (name) =>
      this.say(`Signal ${name} is not known and changed nothing.`),
    );
  }

  callOff(reason: string): void {
    this.calledOff = reason;
  }

  async run(): Promise<ShowState> {
    if (this.carried) this.show(this.state.status, this.state.lastOutcome);
    else await this.begin();
    while (!this.isOver()) {
      await this.untilAwake();
      const letter = this.calledOff === undefined ? this.inbox.next() : undefined;
      if (this.calledOff !== undefined) await this.cancel(this.calledOff);
      else if (letter) await this.handle(letter);
      else if (this.boundaryIn() <= 0) await this.crossBoundary();
      else if (this.mayContinueAsNew()) await this.goOn();
    }
    this.inbox.close();
    await condition(allHandlersFinished);
    return this.state;
  }

  private async begin(): Promise<void> {
    const { settings, requestId } = this.input;
    const outcome = await draftShow(settings);
    if (outcome.status === 'done') this.take(outcome, 'Drafted.');
    else {
      this.state.refused = outcome;
      this.show('refused', outcome.status === 'refused' ? `Not drafted: ${outcome.refusal.slug}.` : 'Not drafted.');
    }
    this.inbox.answer({ requestId }, outcome);
  }

  private isOver(): boolean {
    const { status } = this.state;
    return status === 'refused' || ((status === 'completed' || status === 'cancelled') && this.inbox.isEmpty);
  }

  private async untilAwake(): Promise<void> {
    const awake = () =>
      !this.inbox.isEmpty || this.calledOff !== undefined || this.boundaryIn() <= 0 || this.mayContinueAsNew();
    if (awake()) return;
    const left = this.boundaryIn();
    await (left === Number.POSITIVE_INFINITY ? condition(awake) : condition(awake, left));
  }

  /** The next hour at which the show goes on by itself. */
  private boundary(): Boundary | undefined {
    if (!this.hours) return undefined;
    const { opensAt, closesAt, startsAt, endsAt } = this.hours;
    const closing: Boundary = { at: Date.parse(closesAt), step: 'closeSales' };
    switch (this.state.status) {
      case 'draft':
        return { at: Date.parse(startsAt), step: 'callOff' };
      case 'published':
        // Whoever wakes only after the sale is over does not open it any more.
        return opensAt === undefined || Date.now() >= closing.at
          ? closing
          : { at: Date.parse(opensAt), step: 'openSales' };
      case 'sales-open':
        return closing;
      case 'sales-closed':
        return { at: Date.parse(endsAt), step: 'complete' };
      default:
        return undefined;
    }
  }

  private boundaryIn(): number {
    const next = this.boundary();
    return next === undefined ? Number.POSITIVE_INFINITY : next.at - Date.now();
  }

  private async crossBoundary(): Promise<void> {
    const next = this.boundary();
    if (next?.step === 'callOff') await this.cancel('it was not published before its start');
    else if (next) await this.strike(next.step);
    // Whatever the reason is that the show did not go on: it does not try without an end, but waits to be told.
    if (next?.step === this.boundary()?.step) this.hours = undefined;
  }

  private async strike(hour: 'openSales' | 'closeSales' | 'complete'): Promise<void> {
    const at = new Date(Date.now()).toISOString();
    const outcome = await this.steer({ hour, at }, `${hour}-on-time`);
    const words = { openSales: 'Sales opened on time.', closeSales: 'Sales closed on time.', complete: '' };
    this.take(outcome, words[hour]);
    await this.bringPools(outcome);
  }

  private async cancel(reason: string): Promise<void> {
    this.calledOff = undefined;
    const outcome = await this.steer({ callOff: reason }, 'call-off');
    this.take(outcome, `Called off: ${reason}.`);
    await this.bringPools(outcome);
  }

  private async handle(letter: Letter<ShowSignal>): Promise<void> {
    const { name, input } = letter;
    const outcome = await this.steer({ signal: name, input }, `signal-${this.state.handled + 1}`);
    this.state.handled += 1;
    if (outcome.status === 'invalid') log.warn(inWords(name, outcome), { signal: name });
    // Whoever published a show may steer its pools from the answer on.
    if (name !== showSignals.publish) this.inbox.answer(letter, outcome);
    this.take(outcome, inWords(name, outcome));
    if (outcome.status === 'done' && name !== showSignals.changeShow) await this.bringPools(outcome);
    if (name === showSignals.publish) this.inbox.answer(letter, outcome);
  }

  private steer(step: ShowStep, stepId: string): Promise<ShowOutcome> {
    return steerShow({ show: this.state.show, step, stepId });
  }

  /** The streams of the pools were changed with the show's: now their workflows are brought along. Safe to repeat. */
  private async bringPools(outcome: ShowOutcome): Promise<void> {
    if (outcome.status !== 'done') return;
    const { show } = this.state;
    switch (outcome.showStatus) {
      case 'published':
        await startPools({ show });
        break;
      case 'sales-open':
      case 'sales-closed':
        await refreshPools({ show });
        break;
      case 'cancelled':
        await cancelPools({ show });
        break;
      default:
    }
  }

  /** The show as the step left it, also where that was refused: the streams know better than this workflow. */
  private take(outcome: ShowOutcome, words: string): void {
    if (outcome.status === 'invalid' || !outcome.hours || !outcome.showStatus) {
      this.say(words);
      return;
    }
    this.hours = outcome.hours;
    this.show(outcome.showStatus, `${words} ${whatComesNext(outcome.showStatus, outcome.hours)}`.trim());
  }

  /** A fresh history before this one grows too long, at a moment when nothing that was asked can be lost. */
  private mayContinueAsNew(): boolean {
    return (
      workflowInfo().continueAsNewSuggested &&
      this.inbox.isEmpty &&
      this.calledOff === undefined &&
      allHandlersFinished()
    );
  }

  private goOn(): Promise<never> {
    const { input, state, hours, inbox } = this;
    return continueAsNew<typeof show>({ ...input, carried: { state, hours, outcomes: inbox.outcomes } });
  }

  private say(details: string): void {
    this.show(this.state.status, details);
  }

  private show(status: string, details: string): void {
    this.state.lastOutcome = details;
    setCurrentDetails(details);
    if (status !== this.state.status) upsertSearchAttributes([keyword(searchAttributes.status, status)]);
    this.state.status = status;
  }
}
