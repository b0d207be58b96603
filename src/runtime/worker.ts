import { activityInfo, heartbeat } from '@temporalio/activity';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { Registry } from 'prom-client';
import { type Activities, commitOptions, createActivities, type TellSaleStopped } from '../../activities';
import { signalUntilTaken } from '../../api/until-taken';
import { purchaseSignals, purchaseStream, taskQueue } from '../domain';
import { type PaymentProvider, PaymentSimulator } from '../payments';
import { inlineProjections, ProjectionFollower, projections } from '../projections';
import { CommitFeed, connect, GroupCommit, HighWaterMark, type SnapshotOptions, StepOutcomes } from '../store';
import { auditMetrics } from './audit-metrics';
import { Auditing } from './auditing';
import type { Config } from './config';
import { canWork, Heartbeat } from './heartbeat';
import { createLogger, type Logger } from './log';
import { storeMetrics } from './metrics';
import { poolWorkflows } from './pool-workflows';
import { readModelsCheck } from './read-models-check';
import { serveMetrics } from './serve-metrics';
import { lazyClient, untilConnected } from './temporal-connection';
import { runEntry, stopAsked } from './until-stopped';
import { startWatch } from './watch';
import { workflowBundle } from './workflow-code';

export const workerLimits = {
  workflowTasks: 100,
  localActivities: 200,
  activities: 100,
  cachedWorkflows: 2_000,
  /** To Postgres, for the read models; one more listens, and one holds the leader's locks. */
  followerConnections: 6,
  /** After a worker's death its workflows wait this long for it before another takes them: a hold ends no later. */
  stickiness: '2s',
  /** Less than any supervisor waits before it kills. What is cut off then is run again elsewhere. */
  shutdown: '2s',
} as const;

/**
 * Its workflow code is never cut off. By default the SDK has Node interrupt it after five seconds, and a Node that is
 * interrupted among promises ends the whole process ("async hook stack has become corrupted", nodejs/node issues 38503 and
 * 43135): so would a worker that stood still meanwhile. Our workflows have no loop that could go on for ever. However late it
 * would come, a time limit also costs a thread at every step into the sandbox, so there is none: as an option the SDK takes
 * only numbers.
 */
class UninterruptedWorker extends Worker {
  protected static override createWorkflowCreator(...[bundle, options, logger]: SandboxArguments) {
    return Worker.createWorkflowCreator(bundle, { ...options, ...withoutTimeLimit }, logger);
  }
}

type SandboxArguments = Parameters<(typeof Worker)['createWorkflowCreator']>;

const withoutTimeLimit = { isolateExecutionTimeoutMs: undefined as unknown as number };

export interface WorkerSettings {
  databaseUrl: string;
  temporalAddress: string;
  temporalNamespace: string;
}

function tellSaleStopped(client: Client): TellSaleStopped {
  return async (purchaseId, signal) => {
    try {
      const handle = client.workflow.getHandle(purchaseStream(purchaseId));
      await signalUntilTaken(handle, purchaseSignals.saleStopped, signal);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  };
}

/** The activities on the real parts, or on what stands in for the provider and the clock, and how to let go of them. */
export function wireActivities(
  settings: WorkerSettings,
  logger: Logger,
  registry = new Registry(),
  standIns: { provider?(simulator: PaymentProvider): PaymentProvider; now?(): Date } = {},
): { activities: Activities; committer: GroupCommit; close(): Promise<void> } {
  const database = connect(settings.databaseUrl, (error) => logger.warn({ err: error }, 'a database connection broke'));
  const client = lazyClient(settings.temporalAddress, settings.temporalNamespace);
  auditMetrics(registry, database, (error) => logger.warn({ err: error }, 'the last audit cannot be read'));
  const metrics = storeMetrics(registry);
  const { report, refused } = metrics;
  const snapshots: SnapshotOptions = {
    report: (taken) => {
      if ('error' in taken)
        logger.warn({ err: taken.error, stream: taken.stream }, 'a snapshot could not be kept or read');
    },
  };
  const committer = new GroupCommit(database, {
    ...commitOptions,
    inline: inlineProjections,
    report,
    refused,
    snapshots,
  });
  metrics.watch(committer);
  const simulator = new PaymentSimulator(database);
  const activities = createActivities({
    committer,
    outcomes: new StepOutcomes(database),
    provider: standIns.provider?.(simulator) ?? simulator,
    tellSaleStopped: tellSaleStopped(client),
    poolWorkflows: poolWorkflows(client),
    progress: heartbeat,
    isRetry: () => activityInfo().attempt > 1,
    now: standIns.now ?? (() => new Date()),
  });
  return {
    activities,
    committer,
    close: async () => {
      await committer.idle();
      await client.connection.close();
      await database.end();
    },
  };
}

/** Keeps the read models up with the events, on connections of its own; resolves with how to stop that. */
export function followEvents(
  { databaseUrl }: Pick<WorkerSettings, 'databaseUrl'>,
  logger: Logger,
): () => Promise<void> {
  const onError = (error: Error, projection?: string) => {
    logger.warn({ err: error, projection }, 'a read model could not follow the events, trying again');
  };
  const database = connect(databaseUrl, onError, { connections: workerLimits.followerConnections });
  const feed = new CommitFeed(databaseUrl, onError);
  const mark = new HighWaterMark(database, feed, onError);
  const follower = new ProjectionFollower({ databaseUrl, database, mark, projections, onError });
  feed.start();
  mark.start();
  follower.start();
  return async () => {
    await follower.stop();
    await mark.stop();
    await feed.stop();
    await database.end();
  };
}

/** A worker on the task queue `boxoffice`; run it, and shut it down to stop. */
export async function createWorker(
  settings: WorkerSettings,
  activities: Activities,
  connection: NativeConnection,
  overrides: Partial<WorkerOptions> = {},
): Promise<Worker> {
  return UninterruptedWorker.create({
    connection,
    namespace: settings.temporalNamespace,
    taskQueue,
    workflowBundle: { codePath: await workflowBundle() },
    activities,
    maxConcurrentWorkflowTaskExecutions: workerLimits.workflowTasks,
    maxConcurrentLocalActivityExecutions: workerLimits.localActivities,
    maxConcurrentActivityTaskExecutions: workerLimits.activities,
    maxCachedWorkflows: workerLimits.cachedWorkflows,
    stickyQueueScheduleToStartTimeout: workerLimits.stickiness,
    shutdownGraceTime: workerLimits.shutdown,
    ...overrides,
  });
}

async function main(config: Config): Promise<void> {
  const { databaseUrl, temporalAddress, temporalNamespace } = config;
  if (databaseUrl === undefined) throw new Error('DATABASE_URL must be set: where is Postgres?');
  if (temporalAddress === undefined) throw new Error('TEMPORAL_ADDRESS must be set: where is Temporal?');
  const settings = { databaseUrl, temporalAddress, temporalNamespace };
  const logger = createLogger(config.logLevel, 'worker');
  Runtime.install({
    shutdownSignals: [],
    logger: {
      log: (level, message, meta) => logger[pinoLevel(level)]({ ...meta }, message),
      trace: (message, meta) => logger.trace({ ...meta }, message),
      debug: (message, meta) => logger.debug({ ...meta }, message),
      info: (message, meta) => logger.info({ ...meta }, message),
      warn: (message, meta) => logger.warn({ ...meta }, message),
      error: (message, meta) => logger.error({ ...meta }, message),
    },
  });
  const stopping = new AbortController();
  const stopped = stopAsked().then(() => stopping.abort());
  const registry = new Registry();
  if (config.workerMetricsPort > 0) serveMetrics(config.workerMetricsPort, registry, logger);
  const connection = await untilConnected(
    () => NativeConnection.connect({ address: temporalAddress }),
    () => logger.warn({ temporalAddress }, 'Temporal is away, trying again'),
    stopping.signal,
  );
  if (!connection) return;
  const { activities, close } = wireActivities(settings, logger, registry);
  const worker = await createWorker(settings, activities, connection);
  const stopFollowing = followEvents(settings, logger);
  const stopWatching = startWatch(settings, logger, registry);
  const running = worker.run();
  const verifying = connect(databaseUrl, (error) => logger.warn({ err: error }, 'a database connection broke'), {
    connections: 1,
  });
  const auditing = new Auditing(databaseUrl, logger, { extraChecks: [readModelsCheck(verifying, stopping.signal)] });
  const heartbeat = new Heartbeat(databaseUrl, logger, () => canWork(worker, connection));
  logger.info({ taskQueue, temporalNamespace }, 'worker is polling');
  await Promise.race([stopped, running]);
  if (stopping.signal.aborted) worker.shutdown();
  await Promise.all([running, auditing.stop(), heartbeat.stop(), stopWatching()]);
  await Promise.all([close(), stopFollowing(), verifying.end()]);
  await connection.close();
}

function pinoLevel(level: string): 'trace' | 'debug' | 'info' | 'warn' | 'error' {
  switch (level) {
    case 'TRACE':
      return 'trace';
    case 'DEBUG':
      return 'debug';
    case 'WARN':
      return 'warn';
    case 'ERROR':
      return 'error';
    default:
      return 'info';
  }
}

runEntry(__filename, main);
