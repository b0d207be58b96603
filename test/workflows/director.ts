import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { Pool as Database } from 'pg';
import type { ShowOutcome } from '../../activities';
import { outcomeOf } from '../../api/outcome';
import {
  poolOfSection,
  poolStream,
  type ShowSettings,
  searchAttributes,
  showStream,
  statusQuery,
  venueStream,
} from '../../src/domain';
import { readStream } from '../../src/store';
import type { show } from '../../workflows';
import type { PoolState } from '../../workflows/pool';
import type { ShowState } from '../../workflows/show';
import { eventually } from '../support/eventually';
import { currentDetails } from './current-details';

const shownStatus = defineSearchAttributeKey(searchAttributes.status, SearchAttributeType.KEYWORD);

/** As long as a workflow waits for the signal, in milliseconds. */
const outcomeWithin = 60_000;

/** One show's workflow under test: what its promoter asks of it, and what came of it. */
export class Director {
  constructor(
    readonly settings: ShowSettings,
    readonly handle: WorkflowHandle<typeof show>,
    readonly requestId: string,
    private readonly database: Database,
  ) {}

  get show(): string {
    return this.settings.name;
  }

  get pools(): readonly string[] {
    return this.settings.sections.map(({ name }) => poolOfSection(this.show, name));
  }

  async send(signal: string, input?: unknown): Promise<void> {
    await this.handle.signal(signal, input);
  }

  /** Sends a signal and waits until it is handled, as the API does. */
  async ask(signal: string, input: object = {}): Promise<ShowOutcome> {
    const requestId = randomUUID();
    await this.send(signal, { ...input, requestId });
    return this.outcome(requestId);
  }

  outcome(requestId: string): Promise<ShowOutcome> {
    return outcomeOf<ShowOutcome>(this.handle.client, this.handle.workflowId, requestId, outcomeWithin);
  }

  status(): Promise<ShowState> {
    return this.handle.query<ShowState>(statusQuery);
  }

  async reaches(expected: Partial<ShowState>): Promise<ShowState> {
    return eventually(async () => {
      const state = await this.status();
      expect(state).toMatchObject(expected);
      return state;
    });
  }

  /**
   * What the workflows of all its pools say. They are asked once their search attributes have it: where a worker remembers
   * nothing, each question is a replay, and many of them hold up the workflow itself.
   */
  async poolsReach(expected: Partial<PoolState> & Pick<PoolState, 'status'>): Promise<void> {
    for (const pool of this.pools) {
      const handle = this.handle.client.getHandle(poolStream(pool));
      await eventually(async () => {
        const { typedSearchAttributes } = await handle.describe();
        expect(typedSearchAttributes.get(shownStatus)).toBe(expected.status);
      });
      await eventually(async () => expect(await handle.query<PoolState>(statusQuery)).toMatchObject(expected));
    }
  }

  details(): Promise<string | null | undefined> {
    return currentDetails(this.handle);
  }

  events(): Promise<string[]> {
    return this.typesIn(showStream(this.show));
  }

  venueEvents(venue = this.settings.venue): Promise<string[]> {
    return this.typesIn(venueStream(venue));
  }

  /** Of each pool, but for its tickets. */
  poolEvents(): Promise<string[][]> {
    return Promise.all(
      this.pools.map(async (pool) =>
        (await this.typesIn(poolStream(pool))).filter((type) => !type.startsWith('Ticket')),
      ),
    );
  }

  private async typesIn(stream: string): Promise<string[]> {
    return (await readStream(this.database, stream)).map(({ type }) => type);
  }
}
