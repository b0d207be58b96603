import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { SteerOutcome } from '../../activities';
import { outcomeOf } from '../../api/outcome';
import { type PoolSettings, statusQuery } from '../../src/domain';
import type { pool } from '../../workflows';
import type { PoolState } from '../../workflows/pool';
import { eventually } from '../support/eventually';
import { currentDetails } from './current-details';

/** As long as a workflow waits for the signal, in milliseconds. */
const outcomeWithin = 60_000;

/** One pool's workflow under test: what its promoter asks of it, and what it answers. */
export class Promoter {
  constructor(
    readonly settings: PoolSettings,
    readonly handle: WorkflowHandle<typeof pool>,
  ) {}

  get pool(): string {
    return this.settings.name;
  }

  async send(signal: string, input?: unknown): Promise<void> {
    await this.handle.signal(signal, input);
  }

  /** Sends a signal and waits until it is handled, as the API does. */
  async ask(signal: string, input: object = {}): Promise<SteerOutcome> {
    const requestId = randomUUID();
    await this.send(signal, { ...input, requestId });
    return this.outcome(requestId);
  }

  outcome(requestId: string): Promise<SteerOutcome> {
    return outcomeOf<SteerOutcome>(this.handle.client, this.handle.workflowId, requestId, outcomeWithin);
  }

  status(): Promise<PoolState> {
    return this.handle.query<PoolState>(statusQuery);
  }

  async reaches(expected: Partial<PoolState>): Promise<PoolState> {
    return eventually(async () => {
      const state = await this.status();
      expect(state).toMatchObject(expected);
      return state;
    });
  }

  details(): Promise<string | null | undefined> {
    return currentDetails(this.handle);
  }
}
