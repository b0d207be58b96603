import { temporal as protocol } from '@temporalio/proto';
import { taskQueue } from '../../src/domain';
import { requireRole } from '../authentication';
import type { Dependencies } from '../dependencies';
import { type Answer, type Route, route } from '../route';
import { liveAnswer, metricsAnswer, readyAnswer } from '../schemas';

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

/** Whether this process lives, whether the whole can sell, and its metrics. */
export function healthRoutes(dependencies: Dependencies): Route[] {
  const { keyring, registry } = dependencies;

  const live = route({
    method: 'get',
    path: '/health/live',
    summary: 'Whether this process answers',
    roles: 'all',
    answers: { 200: { description: 'It does', schema: liveAnswer } },
    problems: [],
    handle: async () => ({ status: 200, body: { status: 'live' } }),
  });

  const ready = route({
    method: 'get',
    path: '/health/ready',
    summary: 'Whether Postgres, Temporal and a worker are there',
    roles: 'all',
    answers: {
      200: { description: 'Ready to sell', schema: readyAnswer },
      503: { description: 'Not ready, and which part is away', schema: readyAnswer },
    },
    problems: [],
    async handle(): Promise<Answer> {
      const missing = await away(dependencies);
      const isReady = missing.length === 0;
      return { status: isReady ? 200 : 503, body: { status: isReady ? 'ready' : 'not-ready', away: missing } };
    },
  });

  const metrics = route({
    method: 'get',
    path: '/metrics',
    summary: 'Metrics of this process; from the same machine without a key, else with one of an operator',
    roles: 'all',
    answers: { 200: { description: 'All of them', schema: metricsAnswer } },
    answerType: 'text/plain',
    problems: ['unauthorized', 'forbidden'],
    async handle({ fromLoopback, header }): Promise<Answer> {
      if (!fromLoopback) requireRole(keyring.caller(header('authorization')), []);
      return { status: 200, headers: { 'Content-Type': registry.contentType }, body: await registry.metrics() };
    },
  });

  return [live, ready, metrics];
}
