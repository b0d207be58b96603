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
import type { PoolStep, SteerOutcome } from '../activities';
import { type PoolInput, searchAttributes, statusQuery } from '../src/domain/contract';
import { createPool, endOpenPurchases, steerPool } from './activities';
import { requirePoolInput } from './input';
import { type Letter, type Outcomes, PoolInbox } from './pool-inbox';
import { keyword } from './search-attributes';
import { inWords } from './words';

export interface PoolState {
  pool: string;
  status: string;
  /** Signals handled since the pool was made, which number their steps. */
  handled: number;
  /** What the last signal or timer did, in plain words. */
  lastOutcome: string;
}

export const poolStatus = defineQuery<PoolState>(statusQuery);

/** What a run hands over to the one that continues it. */
interface Carried {
  state: PoolState;
  opened: boolean;
  closed: boolean;
  outcomes: Outcomes;
}

/** Steers one pool for as long as it sells: brings every signal and the opening and closing time into its stream. */
export async function pool(input: PoolInput & { carried?: Carried }): Promise<PoolState> {
  requirePoolInput(input);
  const steering = new Steering(input, input.carried);
  // Without its workflow nobody could steer the pool: cancelling the one cancels the other.
  CancellationScope.current().cancelRequested.catch(() => steering.cancel('cancelled by an operator'));
  return CancellationScope.nonCancellable(() => steering.run());
}

class Steering {
  private readonly state: PoolState;
  private opened: boolean;
  private closed: boolean;
  private readonly inbox: PoolInbox;

  constructor(
    private readonly input: PoolInput,
    private readonly carried: Carried | undefined,
  ) {
    this.state = carried?.state ?? { pool: input.settings.name, status: 'new', handled: 0, lastOutcome: '' };
    this.opened = carried?.opened ?? input.settings.opensAt === undefined;
    this.closed = carried?.closed ?? false;
    setHandler(poolStatus, () => this.state);
    this.inbox = new PoolInbox(carried?.outcomes ?? [], (name) =>
      this.show(this.state.status, `Signal ${name} is not known and changed nothing.`),
    );
  }

  cancel(reason: string): void {
    this.inbox.put({ name: 'cancelSales', input: { reason } });
  }

  async run(): Promise<PoolState> {
    if (this.carried) this.show(this.state.status, this.state.lastOutcome);
    else await this.begin();
    while (!this.isOver()) {
      await this.untilAwake();
      const letter = this.inbox.next();
      if (letter) await this.handle(letter);
      else if (this.boundaryIn() <= 0) await this.crossBoundary();
      else if (this.mayContinueAsNew()) await this.goOn();
    }
    this.inbox.close();
    await condition(allHandlersFinished);
    return this.state;
  }

  private async begin(): Promise<void> {
    const made = await createPool(this.input.settings);
    if (made.status !== 'done') this.show('refused', 'The name was taken before; no pool was made.');
    else this.show(made.poolStatus, this.untilOpen());
  }

  private untilOpen(): string {
    const { opensAt, show } = this.input.settings;
    if (show !== undefined) return `A section of show ${show}, which opens and closes its sales.`;
    return this.opened ? 'On sale.' : `Sales open at ${opensAt}.`;
  }

  private isOver(): boolean {
    const { status } = this.state;
    return status === 'refused' || (status === 'cancelled' && this.inbox.isEmpty);
  }

  private async untilAwake(): Promise<void> {
    const awake = () => !this.inbox.isEmpty || this.boundaryIn() <= 0 || this.mayContinueAsNew();
    if (awake()) return;
    const left = this.boundaryIn();
    await (left === Number.POSITIVE_INFINITY ? condition(awake) : condition(awake, left));
  }

  /** Milliseconds to the next opening or closing time; those of a show's pools are the show's. */
  private boundaryIn(): number {
    const { opensAt, closesAt, show } = this.input.settings;
    if (show !== undefined) return Number.POSITIVE_INFINITY;
    const next = this.opened ? (this.closed ? undefined : closesAt) : opensAt;
    return next === undefined ? Number.POSITIVE_INFINITY : Date.parse(next) - Date.now();
  }

  private async crossBoundary(): Promise<void> {
    const name = this.opened ? 'closeSales' : 'openSales';
    const outcome = await this.steer({ name }, name);
    if (name === 'openSales') this.opened = true;
    else this.closed = true;
    this.show(this.statusAfter(outcome), name === 'openSales' ? 'Sales opened on time.' : 'Sales closed on time.');
  }

  private async handle(letter: Letter): Promise<void> {
    const { name, input } = letter;
    const outcome = await this.steer({ name, input }, `signal-${this.state.handled + 1}`);
    this.state.handled += 1;
    this.inbox.answer(letter, outcome);
    this.show(this.statusAfter(outcome), inWords(name, outcome));
    if (outcome.status === 'invalid') log.warn(inWords(name, outcome), { signal: name });
    if (outcome.status !== 'done' || !outcome.releaseHolds) return;
    const told = await endOpenPurchases({ pool: this.state.pool, reason: outcome.releaseHolds.reason });
    this.show(
      this.state.status,
      `${inWords(name, outcome)} ${told} open purchases were told to give their tickets back.`,
    );
  }

  private steer(step: PoolStep, stepId: string): Promise<SteerOutcome> {
    return steerPool({ pool: this.state.pool, step, stepId });
  }

  private statusAfter(outcome: SteerOutcome): string {
    return outcome.status === 'done' ? outcome.poolStatus : this.state.status;
  }

  /** A fresh history before this one grows too long, at a moment when nothing that was asked can be lost. */
  private mayContinueAsNew(): boolean {
    return workflowInfo().continueAsNewSuggested && this.inbox.isEmpty && allHandlersFinished();
  }

  private goOn(): Promise<never> {
    const { input, state, opened, closed, inbox } = this;
    return continueAsNew<typeof pool>({ ...input, carried: { state, opened, closed, outcomes: inbox.outcomes } });
  }

  private show(status: string, details: string): void {
    this.state.lastOutcome = details;
    setCurrentDetails(details);
    if (status !== this.state.status) upsertSearchAttributes([keyword(searchAttributes.status, status)]);
    this.state.status = status;
  }
}
