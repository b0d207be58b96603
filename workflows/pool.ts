import {
  allHandlersFinished,
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
import { type PoolCarried, type PoolInput, searchAttributes, statusQuery } from '../src/domain/contract';
import { createPool, endOpenPurchases, steerPool } from './activities';
import { type Letter, PoolInbox } from './pool-inbox';
import { keyword } from './search-attributes';

export interface PoolState {
  pool: string;
  status: string;
  /** Signals handled since the pool was made. */
  handled: number;
  lastOutcome?: string;
}

export const poolStatus = defineQuery<PoolState>(statusQuery);

/** Steers one pool for as long as it sells: brings every signal and the opening and closing time into its stream. */
export async function pool(input: PoolInput): Promise<PoolState> {
  return new Steering(input).run();
}

type Boundary = { name: 'openSales' | 'closeSales'; at: number };

class Steering {
  private readonly inbox = new PoolInbox();
  private readonly carried: PoolCarried;
  private readonly state: PoolState;
  private cancelled = false;

  constructor(private readonly input: PoolInput) {
    const { opensAt } = input.settings;
    this.carried = input.carried ?? { handled: 0, opened: opensAt === undefined, closed: false };
    this.state = { pool: input.settings.name, status: 'new', handled: this.carried.handled };
    setHandler(poolStatus, () => this.state);
  }

  async run(): Promise<PoolState> {
    if (!this.input.carried) {
      const made = await createPool(this.input.settings);
      if (made.status !== 'done') return this.show('refused', 'The name was taken before; no pool was made.');
    }
    this.show(
      this.carried.opened ? 'on-sale' : 'scheduled',
      this.carried.opened ? 'On sale.' : 'Waiting for its opening time.',
    );
    while (!this.cancelled) {
      await this.once();
      if (workflowInfo().continueAsNewSuggested && this.inbox.isEmpty) await this.goOn();
    }
    await condition(allHandlersFinished);
    return this.state;
  }

  private async once(): Promise<void> {
    const boundary = this.nextBoundary();
    const left = boundary && boundary.at - Date.now();
    const due = left !== undefined && left <= 0;
    if (!due && this.inbox.isEmpty) {
      const waiting = () => !this.inbox.isEmpty;
      await (left === undefined ? condition(waiting) : condition(waiting, left));
    }
    const letter = this.inbox.next();
    if (letter) await this.handle(letter);
    else if (boundary && boundary.at <= Date.now()) await this.cross(boundary);
  }

  private nextBoundary(): Boundary | undefined {
    const { opensAt, closesAt } = this.input.settings;
    if (opensAt !== undefined && !this.carried.opened) return { name: 'openSales', at: Date.parse(opensAt) };
    if (closesAt !== undefined && !this.carried.closed) return { name: 'closeSales', at: Date.parse(closesAt) };
    return undefined;
  }

  private async cross({ name }: Boundary): Promise<void> {
    await this.steer({ name }, name);
    if (name === 'openSales') this.carried.opened = true;
    else this.carried.closed = true;
    this.show(
      name === 'openSales' ? 'on-sale' : 'closed',
      name === 'openSales' ? 'Sales opened on time.' : 'Sales closed on time.',
    );
  }

  private async handle(letter: Letter): Promise<void> {
    const { name, input } = letter;
    this.carried.handled += 1;
    const outcome = await this.steer({ name, input }, `signal-${this.carried.handled}`);
    this.state.handled = this.carried.handled;
    this.inbox.answer(letter, outcome);
    switch (outcome.status) {
      case 'invalid':
        log.warn('a signal was not understood and changed nothing', { signal: name, because: outcome.because });
        this.show(this.state.status, `Signal ${name} was not understood and changed nothing: ${outcome.because}`);
        break;
      case 'refused':
        this.show(this.state.status, `Signal ${name} was refused: ${outcome.refusal.slug}.`);
        break;
      case 'done':
        this.cancelled = name === 'cancelSales';
        this.show(this.statusAfter(name), `Signal ${name} is in force.`);
        if (outcome.releaseHolds) {
          const told = await endOpenPurchases({ pool: this.state.pool, reason: outcome.releaseHolds.reason });
          this.show(
            this.state.status,
            `Signal ${name} is in force; ${told} open purchases were told to give their tickets back.`,
          );
        }
    }
  }

  private statusAfter(name: Letter['name']): string {
    if (name === 'cancelSales') return 'cancelled';
    if (name === 'reprice') return this.state.status;
    if (this.carried.closed) return 'closed';
    if (name === 'stopSales') return 'stopped';
    return this.carried.opened ? 'on-sale' : 'scheduled';
  }

  private steer(step: PoolStep, stepId: string): Promise<SteerOutcome> {
    return steerPool({ pool: this.state.pool, step, stepId });
  }

  /** A fresh history before this one grows too long; nothing that was asked is lost. */
  private async goOn(): Promise<void> {
    await condition(allHandlersFinished);
    if (this.inbox.isEmpty) await continueAsNew<typeof pool>({ ...this.input, carried: this.carried });
  }

  private show(status: string, details: string): PoolState {
    this.state.status = status;
    this.state.lastOutcome = details;
    setCurrentDetails(details);
    upsertSearchAttributes([keyword(searchAttributes.status, status)]);
    return this.state;
  }
}
