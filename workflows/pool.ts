import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  log,
  patched,
  setHandler,
} from '@temporalio/workflow';
import type { PoolStep, SteerOutcome } from '../activities';
import type { PoolInput } from '../src/domain/contract';
import { createPool, steerPoolInOrder } from './activities';
import { Alarm } from './alarm';
import { requirePoolInput } from './input';
import { type Letter, PoolInbox } from './pool-inbox';
import { goOneByOne } from './pool-one-by-one';
import { type CarriedPool, type PoolState, poolStatus } from './pool-state';
import { isOverdue, mustContinueAsNew } from './run-length';
import { Standing } from './standing';
import { Telling } from './telling';
import { inWords, lastOf, notMade } from './words';

export type { PoolState } from './pool-state';

/** Signals brought into the stream together at the most. */
const together = 50;

/** Runs that were begun by the release before take one signal after the other, until they are live. */
const stopsGoFirst = 'stops-go-first';

/** Steers one pool for as long as it sells: brings every signal and the opening and closing time into its stream. */
export async function pool(input: PoolInput & { carried?: CarriedPool }): Promise<PoolState> {
  requirePoolInput(input);
  const steering = new Steering(input, input.carried);
  // Without its workflow nobody could steer the pool: cancelling the one cancels the other.
  CancellationScope.current().cancelRequested.catch(() => steering.cancel('cancelled by an operator'));
  return CancellationScope.nonCancellable(() => steering.run());
}

export class Steering {
  readonly inbox: PoolInbox;
  readonly standing: Standing<PoolState>;
  private opened: boolean;
  private closed: boolean;
  /** As the pool was made: whoever started its workflow may not have said it. */
  private closesAt: string | undefined;
  private readonly alarm = new Alarm();
  private readonly telling: Telling;
  /** Taken from the inbox, and not known to be in the stream. */
  private underWay: readonly Letter[] = [];

  constructor(
    private readonly input: PoolInput,
    private readonly carried: CarriedPool | undefined,
  ) {
    this.standing = new Standing(
      carried?.state ?? { pool: input.settings.name, status: 'new', handled: 0, lastOutcome: '' },
      carried?.dropped ?? 0,
    );
    this.opened = carried?.opened ?? input.settings.opensAt === undefined;
    this.closed = carried?.closed ?? false;
    this.closesAt = carried?.closesAt ?? input.settings.closesAt;
    this.telling = new Telling(this.state.pool, (words) => this.standing.say(words));
    setHandler(poolStatus, () => this.state);
    this.inbox = new PoolInbox(carried ?? { outcomes: [] }, (name) =>
      this.standing.say(`Signal ${name} is not known and changed nothing.`),
    );
  }

  cancel(reason: string): void {
    const input = { reason };
    this.inbox.add({
      name: 'cancelSales',
      input,
      stepId: 'cancelled-by-an-operator',
      requestIds: [],
      times: 1,
      bytes: 0,
    });
  }

  async run(): Promise<PoolState> {
    // Before any local activity: what follows one may be replayed in an earlier task than the one that recorded it.
    patched(stopsGoFirst);
    if (this.carried) this.standing.show(this.state.status, this.state.lastOutcome);
    else await this.begin();
    while (!this.isOver && !patched(stopsGoFirst)) await goOneByOne(this, () => patched(stopsGoFirst));
    await this.steer();
    this.inbox.close('over');
    await condition(allHandlersFinished);
    return this.state;
  }

  /** The time at which the sale is to be opened or closed next; that of a show's pools is the show's business. */
  get nextHour(): string | undefined {
    const { opensAt, show } = this.input.settings;
    if (show !== undefined) return undefined;
    return this.opened ? (this.closed ? undefined : this.closesAt) : opensAt;
  }

  get nextStep(): 'openSales' | 'closeSales' {
    return this.opened ? 'closeSales' : 'openSales';
  }

  get state(): PoolState {
    return this.standing.state;
  }

  get isOver(): boolean {
    const { status } = this.state;
    return status === 'refused' || (status === 'cancelled' && this.inbox.isEmpty && !this.isBusy);
  }

  get name(): string {
    return this.state.pool;
  }

  private get isBusy(): boolean {
    return this.underWay.length > 0 || this.telling.reason !== undefined;
  }

  private async begin(): Promise<void> {
    const made = await createPool(this.input.settings);
    if (made.status !== 'done') this.standing.show('refused', notMade(made));
    else {
      this.closesAt = made.closesAt ?? this.closesAt;
      this.standing.show(made.poolStatus, this.untilOpen());
      // Started anew: whether the run before had told them all is not known.
      if (made.releaseHolds) this.telling.tell(made.releaseHolds.reason, this.state.lastOutcome);
    }
  }

  private untilOpen(): string {
    const { opensAt, show } = this.input.settings;
    if (show !== undefined) return `A section of show ${show}, which opens and closes its sales.`;
    return this.opened ? 'On sale.' : `Sales open at ${opensAt}.`;
  }

  /** A stop goes before all that waits, and waits for nothing that is under way. */
  private async steer(): Promise<void> {
    this.inbox.sortOut();
    if (this.carried?.tell !== undefined) this.telling.tell(this.carried.tell, this.state.lastOutcome);
    while (!this.isOver) {
      this.alarm.setFor(this.nextHour);
      await condition(() => this.isOver || this.isAwake);
      this.standing.sayDropped(this.inbox.takeDropped());
      const first = this.inbox.takeFirst(this.mustWait);
      if (first.length > 0) await this.bring(first);
      else if (this.alarm.rings) await this.crossHour();
      else if (this.mustContinueAsNew) await this.continueAsNew();
      else if (this.mayBegin) this.beginOthers();
    }
  }

  /** A resumption waits until the stop before it has ended the holds of its time, and not those that come after it. */
  private readonly mustWait = ({ name }: Letter, taken: readonly Letter[]): boolean =>
    name === 'resumeSales' &&
    (this.telling.reason !== undefined || taken.some((before) => before.name !== 'resumeSales'));

  private get isAwake(): boolean {
    return this.hasFirst || this.alarm.rings || this.mustContinueAsNew || this.mayBegin;
  }

  private get hasFirst(): boolean {
    return this.inbox.hasFirst(this.mustWait);
  }

  private get mayBegin(): boolean {
    return this.inbox.hasOthers && this.underWay.length === 0 && !isOverdue();
  }

  private get mustContinueAsNew(): boolean {
    return mustContinueAsNew({ isBusy: this.isBusy, arrived: this.inbox.arrivals });
  }

  private beginOthers(): void {
    this.underWay = this.inbox.takeOthers(together);
    void this.bring(this.underWay).then(() => {
      this.underWay = [];
    });
  }

  private async bring(letters: readonly Letter[]): Promise<void> {
    const steps = letters.map(({ name, input, stepId }) => ({ step: { name, input }, stepId }));
    const outcomes = await steerPoolInOrder({ pool: this.name, steps });
    const lines = letters.map((letter, nth) => {
      const outcome = outcomes[nth];
      return outcome ? this.settle(letter, outcome) : '';
    });
    const words = lastOf(lines);
    this.standing.say(words);
    const release = outcomes
      .flatMap((outcome) => (outcome.status === 'done' ? (outcome.releaseHolds ?? []) : []))
      .at(-1);
    if (release) this.telling.tell(release.reason, words);
  }

  /** Takes in what came of a signal, and says it in words. */
  settle(letter: Letter, outcome: SteerOutcome): string {
    const words = inWords(letter.name, outcome);
    this.state.handled += letter.times;
    this.inbox.answer(letter, outcome);
    this.standing.show(this.statusAfter(outcome), words);
    if (outcome.status === 'invalid') log.warn(words, { signal: letter.name });
    return words;
  }

  private async crossHour(): Promise<void> {
    const step: PoolStep = { name: this.nextStep };
    const [outcome] = await steerPoolInOrder({ pool: this.name, steps: [{ step, stepId: step.name }] });
    if (outcome) this.crossed(outcome);
  }

  crossed(outcome: SteerOutcome): void {
    const words = this.opened ? 'Sales closed on time.' : 'Sales opened on time.';
    if (this.opened) this.closed = true;
    else this.opened = true;
    this.standing.show(this.statusAfter(outcome), words);
  }

  private statusAfter(outcome: SteerOutcome): string {
    return outcome.status === 'done' ? outcome.poolStatus : this.state.status;
  }

  /** A fresh history before this one grows too long; what waits goes along. */
  async continueAsNew(): Promise<never> {
    this.inbox.close('moving on');
    await condition(allHandlersFinished);
    const { input, state, opened, closed, closesAt, telling, inbox, underWay, standing } = this;
    const carried = {
      state,
      opened,
      closed,
      closesAt,
      tell: telling.reason,
      dropped: standing.droppedInAll,
      ...inbox.carry(underWay),
    };
    return continueAsNew<typeof pool>({ ...input, carried });
  }
}
