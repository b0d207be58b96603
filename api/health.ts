import { temporal as protocol } from '@temporalio/proto';
import { type Request, type Response, Router } from 'express';
import { taskQueue } from '../src/domain';
import type { Keyring } from './authentication';
import type { Dependencies } from './dependencies';

export const healthLimits = {
  checkMilliseconds: 2_000,
  /** A worker's poll lasts up to a minute; one that was not seen for longer is gone. */
  pollerSeenMilliseconds: 75_000,
} as const;

const { TASK_QUEUE_TYPE_WORKFLOW } = protocol.api.enums.v1.TaskQueueType;
const millisecondsPerSecond = 1_000;

async function inTime<Result>(work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), healthLimits.checkMilliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** What is away, by name; nothing when all is there. */
async function away({ database, temporal, now }: Dependencies): Promise<string[]> {
  const postgres = inTime(database.query('SELECT 1')).then(
    () => [],
    () => ['postgres'],
  );
  const describe = temporal.withDeadline(Date.now() + healthLimits.checkMilliseconds, () =>
    temporal.workflowService.describeTaskQueue({
      namespace: temporal.options.namespace,
      taskQueue: { name: taskQueue },
      taskQueueType: TASK_QUEUE_TYPE_WORKFLOW,
    }),
  );
  const temporalAndWorker = inTime(describe).then(
    ({ pollers }) => {
      const oldest = now().getTime() - healthLimits.pollerSeenMilliseconds;
      const seen = pollers.some(
        ({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * millisecondsPerSecond > oldest,
      );
      return seen ? [] : ['worker'];
    },
    () => ['temporal'],
  );
  return (await Promise.all([postgres, temporalAndWorker])).flat();
}

function mayReadMetrics(request: Request, keyring: Keyring): boolean {
  const address = request.socket.remoteAddress ?? '';
  const local = /^(::ffff:)?127\.|^::1$/.test(address) && request.headers['x-forwarded-for'] === undefined;
  return local || keyring.caller(request.headers.authorization)?.role === 'operator';
}

/** Whether this process lives, whether the whole can sell, and its metrics (on loopback, or for operators). */
export function health(dependencies: Dependencies): Router {
  const router = Router();
  router.get('/health/live', (_request: Request, response: Response) => {
    response.json({ status: 'live' });
  });
  router.get('/health/ready', async (_request: Request, response: Response) => {
    const missing = await away(dependencies);
    response
      .status(missing.length === 0 ? 200 : 503)
      .json({ status: missing.length === 0 ? 'ready' : 'not-ready', away: missing });
  });
  router.get('/metrics', async (request: Request, response: Response, next) => {
    if (!mayReadMetrics(request, dependencies.keyring)) return next('route');
    response.type(dependencies.registry.contentType).send(await dependencies.registry.metrics());
  });
  return router;
}
