import { setTimeout as delay } from 'node:timers/promises';
import type { NativeConnection, Worker } from '@temporalio/worker';
import { v7 } from 'uuid';
import { beat, connect, endBeating, heartbeatLimits } from '../store';
import type { Logger } from './log';

/** Temporal's answer to a worker that asks whether it is there. */
const answerMilliseconds = 2_000;

/** Whether the worker polls, and Temporal answers it. */
export async function canWork(worker: Worker, connection: NativeConnection): Promise<boolean> {
  if (worker.getState() !== 'RUNNING') return false;
  const ask = () => connection.workflowService.getSystemInfo({});
  return connection.withDeadline(Date.now() + answerMilliseconds, ask).then(
    () => true,
    () => false,
  );
}

/**
 * Says every few seconds that this worker works, on a connection of its own: what else the process waits for holds up
 * no heartbeat. A process that stands still says nothing, and counts as away.
 */
export class Heartbeat {
  private readonly worker = v7();
  private readonly stopping = new AbortController();
  private readonly loop: Promise<void>;

  /** @param polls whether the worker can be given work now */
  constructor(
    databaseUrl: string,
    private readonly logger: Logger,
    private readonly polls: () => Promise<boolean>,
  ) {
    this.loop = this.run(databaseUrl);
  }

  /** It is away from now on. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  private async run(databaseUrl: string): Promise<void> {
    const warn = (error: unknown) => this.logger.warn({ err: error }, 'a heartbeat could not be kept, trying again');
    const { everyMilliseconds } = heartbeatLimits;
    const database = connect(databaseUrl, warn, { connections: 1, answerMilliseconds: everyMilliseconds * 2 });
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.polls()
        .then((polls) => beat(database, this.worker, polls))
        .catch(warn);
      await delay(everyMilliseconds, undefined, { signal }).catch(() => undefined);
    }
    await endBeating(database, this.worker).catch(() => undefined);
    await database.end();
  }
}
