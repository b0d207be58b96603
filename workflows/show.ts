import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  log,
  patched,
  setHandler,
} from '@temporalio/workflow';
import type { ShowHours, ShowOutcome, ShowStep } from '../activities';
import { type ShowInput, showSignals } from '../src/domain/contract';
import { draftShow, steerShowInOrder } from './activities';
import { Alarm } from './alarm';
import { requireShowInput } from './input';
import { PoolsAlong } from './pools-along';
import { isOverdue, mustContinueAsNew } from './run-length';
import { type Hour, hourInWords, nextHour } from './show-hours';
import { type Letter, ShowInbox } from './show-inbox';
import { goOneByOne } from './show-one-by-one';
import { type CarriedShow, type ShowState, showStatus } from './show-state';
import { whatComesNext } from './show-words';
import { Standing } from './standing';
import { inWords, lastOf } from './words';

export type { ShowState } from './show-state';

/** Runs that were begun by the release before take one signal after the other, until they are live. */
const cancellationsGoFirst = 'cancellations-go-first';
/** Runs of an earlier version brought one of the others after the other into the stream. */
const othersTogether = 'others-together';
/** Signals brought into the stream together at the most. */
const together = 50;

/** Leads one show from its draft to its end: brings every signal and every hour that strikes into its streams, and its pools along. */
export async function show(input: ShowInput & { carried?: CarriedShow }): Promise<ShowState> {
  requireShowInput(input);
  const production = new Production(input, input.carried);
  // Without its workflow nobody could steer the show: cancelling the one cancels the other.
  CancellationScope.current().cancelRequested.catch(() => production.callOff('cancelled by an operator'));
  return CancellationScope.nonCancellable(() => production.run());
}

export class Production {
  readonly inbox: ShowInbox;
  readonly standing: Standing<ShowState>;
  hours: ShowHours | undefined;
  calledOff: string | undefined;
  private readonly alarm = new Alarm();
  private readonly pools: PoolsAlong;
  /** Taken from the inbox, and not known to be in the stream and brought to the pools. */
  private underWay: readonly Letter[] = [];
  /** The sale was to open and could not any more. */
  private openingIsPast = false;

  constructor(
    private readonly input: ShowInput,
    private readonly carried: CarriedShow | undefined,
  ) {
    this.standing = new Standing(
      carried?.state ?? { show: input.settings.name, status: 'new', handled: 0, lastOutcome: '' },
      carried?.dropped ?? 0,
    );
    this.hours = carried?.hours;
    this.calledOff = carried?.calledOff;
    this.pools = new PoolsAlong(this.state.show);
    setHandler(showStatus, () => this.state);
    this.inbox = new ShowInbox(carried ?? { outcomes: [] }, (name) =>
      this.standing.say(`Signal ${name} is not known and changed nothing.`),
    );
  }

  callOff(reason: string): void {
    this.calledOff = reason;
  }

  async run(): Promise<ShowState> {
    // Before any local activity: what follows one may be replayed in an earlier task than the one that recorded it.
    patched(cancellationsGoFirst);
    if (this.carried) this.standing.show(this.state.status, this.state.lastOutcome);
    else await this.begin();
    while (!this.isOver && !patched(cancellationsGoFirst)) {
      await goOneByOne(this, () => patched(cancellationsGoFirst));
    }
    await this.lead();
    this.inbox.close('over');
    await condition(allHandlersFinished);
    return this.state;
  }

  private async begin(): Promise<void> {
    const { settings, requestId } = this.input;
    const outcome = await draftShow(settings);
    if (outcome.status === 'done') {
      this.take(outcome, 'Drafted.');
      // Started anew: whether the run before had told all of its pools is not known.
      if (outcome.showStatus === 'cancelled') this.bringPools(outcome);
    } else {
      this.state.refused = outcome;
      this.standing.show(
        'refused',
        outcome.status === 'refused' ? `Not drafted: ${outcome.refusal.slug}.` : 'Not drafted.',
      );
    }
    this.inbox.answer({ requestIds: requestId === undefined ? [] : [requestId] }, outcome);
  }

  get state(): ShowState {
    return this.standing.state;
  }

  get isOver(): boolean {
    const { status } = this.state;
    if (status === 'refused') return true;
    return (status === 'completed' || status === 'cancelled') && this.inbox.isEmpty && !this.isBusy;
  }

  private get isBusy(): boolean {
    return this.underWay.length > 0 || this.pools.bringing !== undefined;
  }

  /** The next hour at which the show goes on by itself. */
  private get nextHour(): Hour | undefined {
    return nextHour(this.state.status, this.hours, this.openingIsPast);
  }

  /** A cancellation goes before all that waits, and waits for nothing that is under way. */
  private async lead(): Promise<void> {
    this.inbox.sortOut();
    if (this.carried?.bring !== undefined) void this.pools.bring(this.carried.bring, true);
    while (!this.isOver) {
      this.alarm.setFor(this.nextHour?.at);
      await condition(() => this.isOver || this.isAwake);
      this.standing.sayDropped(this.inbox.takeDropped());
      if (this.mustCancel) await this.cancelFirst();
      else if (this.alarm.rings) await this.crossHour();
      else if (this.mustContinueAsNew) await this.continueAsNew();
      else if (this.mayBegin) this.beginNext();
    }
  }

  private get isAwake(): boolean {
    const isLate = !this.alarm.isSetFor(this.nextHour?.at);
    return this.mustCancel || this.alarm.rings || isLate || this.mustContinueAsNew || this.mayBegin;
  }

  private get mustCancel(): boolean {
    return this.calledOff !== undefined || this.inbox.hasFirst();
  }

  private get mayBegin(): boolean {
    return this.inbox.hasOthers && !this.isBusy && !isOverdue();
  }

  private get mustContinueAsNew(): boolean {
    return mustContinueAsNew({ isBusy: this.isBusy, arrived: this.inbox.arrivals });
  }

  private async cancelFirst(): Promise<void> {
    if (this.calledOff !== undefined) await this.cancel(this.calledOff);
    else for (const { outcome } of await this.bring(this.inbox.takeFirst())) this.bringPools(outcome);
  }

  private async cancel(reason: string): Promise<void> {
    this.calledOff = undefined;
    const outcome = await this.step({ callOff: reason }, 'call-off');
    this.take(outcome, `Called off: ${reason}.`);
    this.bringPools(outcome);
  }

  private async crossHour(): Promise<void> {
    const hour = this.nextHour;
    if (hour?.step === 'callOff') await this.cancel('it was not published before its start');
    else if (hour) await this.strike(hour.step);
    // Whatever the reason is that the show did not go on: it does not try without an end, but waits to be told.
    if (hour?.step === this.nextHour?.step) this.hours = undefined;
  }

  private async strike(hour: 'openSales' | 'closeSales' | 'complete'): Promise<void> {
    const outcome = await this.step({ hour, at: new Date(Date.now()).toISOString() }, `${hour}-on-time`);
    if (hour === 'openSales' && outcome.status === 'refused') this.openingIsPast = true;
    this.take(outcome, hourInWords[hour]);
    this.bringPools(outcome);
  }

  private beginNext(): void {
    this.underWay = this.inbox.takeOthers(this.inbox.hasMany && patched(othersTogether) ? together : 1);
    void this.handle(this.underWay).then(() => {
      this.underWay = [];
    });
  }

  private async handle(letters: readonly Letter[]): Promise<void> {
    let brought: string | undefined;
    for (const { letter, outcome } of await this.bring(letters)) {
      if (outcome.status === 'done' && outcome.showStatus !== brought) {
        brought = outcome.showStatus;
        await this.pools.bring(brought);
      }
      // Whoever published a show may steer its pools from the answer on.
      if (letter.name === showSignals.publish) this.inbox.answer(letter, outcome);
    }
  }

  /** Into the show's stream. */
  private async bring(letters: readonly Letter[]): Promise<{ letter: Letter; outcome: ShowOutcome }[]> {
    const steps = letters.map(({ name, input, stepId }) => ({ step: { signal: name, input }, stepId }));
    const outcomes = await steerShowInOrder({ show: this.state.show, steps });
    const settled = letters.flatMap((letter, nth) => {
      const outcome = outcomes[nth];
      return outcome ? [{ letter, outcome, words: this.settle(letter, outcome) }] : [];
    });
    if (settled.length > 1) this.standing.say(lastOf(settled.map(({ words }) => words)));
    return settled;
  }

  private async step(step: ShowStep, stepId: string): Promise<ShowOutcome> {
    const [outcome] = await steerShowInOrder({ show: this.state.show, steps: [{ step, stepId }] });
    if (!outcome) throw new Error(`step ${stepId} has no outcome`);
    return outcome;
  }

  private bringPools(outcome: ShowOutcome): void {
    if (outcome.status === 'done') void this.pools.bring(outcome.showStatus);
  }

  /** Takes in what came of a signal, and says it in words. */
  settle(letter: Letter, outcome: ShowOutcome): string {
    const { name } = letter;
    const words = inWords(name, outcome);
    this.state.handled += letter.times;
    if (outcome.status === 'invalid') log.warn(words, { signal: name });
    if (name !== showSignals.publish) this.inbox.answer(letter, outcome);
    this.take(outcome, words);
    return words;
  }

  /** The show as the step left it, also where that was refused: the streams know better than this workflow. */
  take(outcome: ShowOutcome, words: string): void {
    if (outcome.status === 'invalid' || !outcome.hours || !outcome.showStatus) {
      this.standing.say(words);
      return;
    }
    this.hours = outcome.hours;
    this.standing.show(outcome.showStatus, `${words} ${whatComesNext(outcome.showStatus, outcome.hours)}`.trim());
  }

  /** A fresh history before this one grows too long; what waits goes along. */
  async continueAsNew(): Promise<never> {
    this.inbox.close('moving on');
    await condition(allHandlersFinished);
    const { input, state, hours, pools, inbox, underWay, calledOff, standing } = this;
    const carried = {
      state,
      hours,
      bring: pools.bringing,
      calledOff,
      dropped: standing.droppedInAll,
      ...inbox.carry(underWay),
    };
    return continueAsNew<typeof show>({ ...input, carried });
  }
}
