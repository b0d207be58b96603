import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Pool as Database } from 'pg';
import type { Counter } from 'prom-client';
import { startAnew, wantWorkflows } from '../../../api/start-anew';
import { isAway } from '../../../api/temporal-calls';
import { dueGone, forgetGone, forgetRestarted, type Gone, noteFailure, noteGone, noteRestarted } from '../../store';
import type { Logger } from '../log';
import { howItEnded } from './how-it-ended';
import { endTurn, takeTurn, type WatchTurn } from './progress';
import { endIfStuck } from './stuck-workflows';
import { closedLately, inTurn, overdue } from './suspects';

export const watchLimits = {
  /** From one turn to the next, over all processes. */
  everyMilliseconds: 3_000,
  /** A process that does not end its turn within this is helped out by another. */
  turnSeconds: 15,
  /** Workflows started in one turn; where there are more, the next turn comes at once. */
  startsInTurn: 200,
  /** Calls to Temporal at once. */
  callsAtOnce: 10,
  /** One call to Temporal. */
  callMilliseconds: 5_000,
} as const;

export interface WatchNeeds {
  database: Database;
  temporal: Client;
  logger: Logger;
  startedAnew?: Pick<Counter, 'inc'>;
  now?(): Date;
}

/**
 * Starts anew, from its stream, every workflow that is gone while its stream goes on: terminated, failed, or lost. One process at
 * a time, for as long as it lives; what fails is logged and tried again. Where two work at once, Temporal lets one of them start it.
 */
export class Watch {
  private readonly stopping = new AbortController();
  private readonly loop: Promise<void>;

  constructor(private readonly needs: WatchNeeds) {
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const next = await watchOnce(this.needs, signal).catch((error: unknown) => {
        if (!signal.aborted) this.needs.logger.warn({ err: error }, 'the watch failed, and is tried again');
        return watchLimits.everyMilliseconds;
      });
      await delay(next, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** One turn, where it is due and no other process has it. Gives the milliseconds until the next. */
export async function watchOnce(needs: WatchNeeds, signal?: AbortSignal): Promise<number> {
  const { database } = needs;
  const turn = await takeTurn(database, watchLimits.turnSeconds);
  if (!turn) return watchLimits.everyMilliseconds;
  let after: WatchTurn = turn;
  let next: number = watchLimits.everyMilliseconds;
  try {
    after = await find(needs, turn);
    const due = await dueGone(database, watchLimits.startsInTurn);
    await forEach(due, (gone) => restart(needs, gone), signal);
    if (due.length === watchLimits.startsInTurn) next = 0;
    await forgetRestarted(database);
  } finally {
    await endTurn(database, after, next);
  }
  return next;
}

/** Looks for what is gone, and keeps it. */
async function find(
  { database, temporal, logger, now = () => new Date() }: WatchNeeds,
  turn: WatchTurn,
): Promise<WatchTurn> {
  const at = now();
  const [closed, few] = await Promise.all([
    temporal.withDeadline(Date.now() + watchLimits.callMilliseconds, () => closedLately(temporal, turn, at)),
    inTurn(database, turn.lookedAt, at),
  ]);
  const late = await overdue(database, few.lookedAt, at);
  const wanted = await wantWorkflows(database, [...new Set([...closed.streams, ...few.streams, ...late.streams])]);
  const gone: Gone[] = [];
  await forEach(wanted, async (stream) => {
    const because = await temporal.withDeadline(
      Date.now() + watchLimits.callMilliseconds,
      async () =>
        (await howItEnded(temporal, stream)) ??
        (late.streams.includes(stream) ? await endIfStuck(temporal, stream) : undefined),
    );
    if (because !== undefined) gone.push({ stream, because });
  });
  for (const found of await noteGone(database, gone))
    logger.warn(found, 'a workflow is gone, and is started anew soon');
  return { closedAfter: closed.closedAfter, lookedAt: late.lookedAt };
}

async function restart(
  { database, temporal, logger, startedAnew, now = () => new Date() }: WatchNeeds,
  gone: Gone,
): Promise<void> {
  const { stream, because } = gone;
  try {
    const outcome = await temporal.withDeadline(Date.now() + watchLimits.callMilliseconds, () =>
      startAnew({ temporal, database, now }, stream, because),
    );
    if (outcome !== 'started') return await forgetGone(database, stream);
    await noteRestarted(database, stream);
    startedAnew?.inc({ kind: stream.slice(0, stream.indexOf('-')) });
    logger.warn(gone, 'a workflow was started anew from its stream');
  } catch (error) {
    // Temporal is away: nothing was wrong with this one.
    if (isAway(error)) throw error;
    logger.error({ err: error, ...gone }, 'a workflow could not be started anew, trying again later');
    await noteFailure(database, stream, error instanceof Error ? error.message : String(error));
  }
}

/** A few at once, and no more once one has failed or it is to stop. */
async function forEach<Item>(
  items: readonly Item[],
  act: (item: Item) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  for (let start = 0; start < items.length && !signal?.aborted; start += watchLimits.callsAtOnce) {
    await Promise.all(items.slice(start, start + watchLimits.callsAtOnce).map(act));
  }
}
