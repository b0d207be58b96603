import { statfs } from 'node:fs/promises';
import { temporal as protocol } from '@temporalio/proto';
import { taskQueue } from '../src/domain';
import { probeWriting, workersHeard } from '../src/store';
import type { Dependencies } from './dependencies';

export const readinessLimits = {
  /** Each look at a part; one that takes longer is away. */
  checkMilliseconds: 2_000,
  /** Between two looks at whether Postgres can write. */
  writingMilliseconds: 3_000,
  /** A worker's poll lasts up to a minute; one that was not seen for longer is gone. */
  pollerSeenMilliseconds: 75_000,
  /** Of the data folder's disk: Postgres and Temporal need so much to go on, two segments of Postgres' log. */
  freeBytes: 32 * 1024 * 1024,
} as const;

export const parts = ['postgres', 'temporal', 'worker', 'disk'] as const;
export type Part = (typeof parts)[number];

const diskFull = '53100';
const { TASK_QUEUE_TYPE_WORKFLOW } = protocol.api.enums.v1.TaskQueueType;
const millisecondsPerSecond = 1_000;

async function inTime<Result>(work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), readinessLimits.checkMilliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

type Needs = Pick<Dependencies, 'database' | 'temporal' | 'now' | 'dataDir'>;

/** Whether all that selling needs is there. Whoever asks while it is being looked at shares the answer. */
export class Readiness {
  private looking: Promise<Part[]> | undefined;
  /** When Postgres last could write, in the terms of performance.now. */
  private couldWriteAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly needs: Needs) {}

  /** What is away; nothing when all is there. */
  away(): Promise<Part[]> {
    this.looking ??= this.look().finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  private async look(): Promise<Part[]> {
    const { database } = this.needs;
    const [heard, writing, polled, isDiskFull] = await Promise.all([
      inTime(workersHeard(database)).catch(() => undefined),
      this.writingAway(),
      inTime(this.isPolled()).catch(() => undefined),
      this.isDiskFull(),
    ]);
    const away = new Set<Part>();
    if (!heard) away.add('postgres');
    else if (writing) away.add(writing);
    if (polled === undefined) away.add('temporal');
    if (isDiskFull) away.add('disk');
    // What cannot be written says nothing of the workers: their heartbeats are not written either.
    const workers = !heard || writing ? undefined : polled === undefined ? heard.heard : heard.polling;
    if (workers === 0 || polled === false) away.add('worker');
    return parts.filter((part) => away.has(part));
  }

  /** Which part keeps Postgres from writing. Where it could, it is believed for some seconds: to ask costs more than the rest. */
  private async writingAway(): Promise<Part | undefined> {
    const now = performance.now();
    if (now - this.couldWriteAt < readinessLimits.writingMilliseconds) return undefined;
    try {
      await inTime(probeWriting(this.needs.database));
      this.couldWriteAt = now;
      return undefined;
    } catch (error) {
      return isDiskFullError(error) ? 'disk' : 'postgres';
    }
  }

  /** Whether Temporal has seen a worker poll lately. A worker that stands still is seen for a minute yet. */
  private async isPolled(): Promise<boolean> {
    const { temporal, now } = this.needs;
    const { pollers } = await temporal.withDeadline(Date.now() + readinessLimits.checkMilliseconds, () =>
      temporal.workflowService.describeTaskQueue({
        namespace: temporal.options.namespace,
        taskQueue: { name: taskQueue },
        taskQueueType: TASK_QUEUE_TYPE_WORKFLOW,
      }),
    );
    const oldest = now().getTime() - readinessLimits.pollerSeenMilliseconds;
    return pollers.some(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * millisecondsPerSecond > oldest);
  }

  /** Of the data folder, where this machine has one: Temporal's own database is on it as well. */
  private async isDiskFull(): Promise<boolean> {
    const { dataDir } = this.needs;
    if (dataDir === undefined) return false;
    const disk = await inTime(statfs(dataDir)).catch(() => undefined);
    return disk !== undefined && disk.bavail * disk.bsize < readinessLimits.freeBytes;
  }
}

const isDiskFullError = (error: unknown) => error instanceof Error && 'code' in error && error.code === diskFull;
