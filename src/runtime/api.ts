import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { v7 } from 'uuid';
import { cartCommitOptions, createCartCommands } from '../../activities';
import {
  createApp,
  createReads,
  forgetOldPayments,
  forgetOldRequests,
  isTooLong,
  Keyring,
  type LiveLimits,
  LiveViews,
  type RateLimits,
  Undecided,
  type UndecidedLimits,
} from '../../api';
import { CommitFeed, connect, GroupCommit, readVersions } from '../store';
import { auditMetrics } from './audit-metrics';
import type { Config } from './config';
import { createLogger, type Logger } from './log';
import { storeMetrics } from './metrics';
import { projectionMetrics } from './projection-metrics';
import { lazyClient } from './temporal-connection';
import { runEntry, stopAsked } from './until-stopped';
import { goneMetrics } from './watch';

export const apiLimits = {
  rate: { withKey: 20_000, withoutKey: 5_000 },
  /** Answers still waiting when the process is asked to stop may take this much longer. */
  stopMilliseconds: 3_000,
  forgetEveryMilliseconds: 600_000,
  forgetAtOnce: 10_000,
  headersMilliseconds: 10_000,
  requestMilliseconds: 20_000,
  /** How often connections are held against the two limits above. */
  checkConnectionsMilliseconds: 1_000,
  /** More than proxies keep a connection to us, 60 s as a rule: what they send is never sent into one just closed. */
  keepAliveMilliseconds: 65_000,
  /** The API's statements are small: a database that takes longer counts as away. */
  answerMilliseconds: 5_000,
  /** To Postgres, for the changes of carts: one for what is being written, others where another process is in the way. */
  cartConnections: 4,
} as const;

export interface ApiSettings {
  port: number;
  databaseUrl: string;
  temporalAddress: string;
  temporalNamespace: string;
  keys: string;
  /** Whose disk must have room. */
  dataDir?: string;
  /** Where operators reach the web UI of Temporal. */
  temporalUiUrl?: string;
  rateLimits?: RateLimits;
  live?: Partial<LiveLimits>;
  undecided?: Partial<UndecidedLimits>;
}

/** Listens; resolves once requests are taken. */
export async function startApi(
  settings: ApiSettings,
  logger: Logger,
): Promise<{ port: number; stop(): Promise<void> }> {
  const onError = (error: Error) => logger.warn({ err: error }, 'a database connection broke');
  const { answerMilliseconds } = apiLimits;
  const database = connect(settings.databaseUrl, onError, { answerMilliseconds });
  const feed = new CommitFeed(settings.databaseUrl, onError);
  const temporal = lazyClient(settings.temporalAddress, settings.temporalNamespace);
  const registry = new Registry();
  const metrics = storeMetrics(registry);
  projectionMetrics(registry, database);
  auditMetrics(registry, database, (error) => logger.warn({ err: error }, 'the last audit cannot be read'));
  goneMetrics(registry, database, (error) => logger.warn({ err: error }, 'gone workflows cannot be counted'));
  feed.start();
  const live = new LiveViews({
    feed,
    registry,
    limits: settings.live,
    onError: (error) => logger.warn({ err: error }, 'live views could not be read'),
  });
  const undecided = new Undecided({
    feed,
    registry,
    limits: settings.undecided,
    existing: async (streams) => (await readVersions(database, streams)).keys(),
    onError: (error) => logger.warn({ err: error }, 'undecided purchases could not be looked up'),
  });
  const now = () => new Date();
  const cartDatabase = connect(settings.databaseUrl, onError, {
    answerMilliseconds,
    connections: apiLimits.cartConnections,
  });
  const { report, refused } = metrics;
  const cartCommitter = new GroupCommit(cartDatabase, { ...cartCommitOptions, report, refused });
  metrics.watch(cartCommitter);
  const app = createApp({
    database,
    temporal,
    feed,
    reads: createReads(database, now),
    live,
    carts: createCartCommands({ committer: cartCommitter, newId: v7 }),
    undecided,
    keyring: new Keyring(settings.keys),
    logger,
    registry,
    now,
    newId: v7,
    rateLimits: settings.rateLimits ?? apiLimits.rate,
    dataDir: settings.dataDir,
    temporalUiUrl: settings.temporalUiUrl,
  });
  const server = createServer({ connectionsCheckingInterval: apiLimits.checkConnectionsMilliseconds }, app);
  // Who asks before sending whether to go on: the answer alone tells that a body is too long.
  server.on('checkContinue', (request, response) => {
    if (!isTooLong(request)) response.writeContinue();
    app(request, response);
  });
  server.headersTimeout = apiLimits.headersMilliseconds;
  server.requestTimeout = apiLimits.requestMilliseconds;
  server.keepAliveTimeout = apiLimits.keepAliveMilliseconds;
  const forgetting = setInterval(() => {
    for (const forget of [forgetOldRequests, forgetOldPayments]) {
      forget(database, apiLimits.forgetAtOnce).catch((error: unknown) =>
        logger.warn({ err: error }, 'old requests stay'),
      );
    }
  }, apiLimits.forgetEveryMilliseconds).unref();
  await listen(server, settings.port);
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      clearInterval(forgetting);
      live.stop();
      undecided.stop();
      await close(server);
      await cartCommitter.idle();
      await cartDatabase.end();
      await feed.stop();
      await temporal.connection.close();
      await database.end();
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => resolve());
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => server.closeAllConnections(), apiLimits.stopMilliseconds);
    server.close(() => {
      clearTimeout(late);
      resolve();
    });
    server.closeIdleConnections();
  });
}

async function main(config: Config): Promise<void> {
  const { databaseUrl, temporalAddress, temporalNamespace, keys, port, dataDir, temporalUiUrl } = config;
  if (databaseUrl === undefined) throw new Error('DATABASE_URL must be set: where is Postgres?');
  if (temporalAddress === undefined) throw new Error('TEMPORAL_ADDRESS must be set: where is Temporal?');
  if (keys === undefined) throw new Error('BOXOFFICE_KEYS must be set: a comma list of role:subject:key');
  const logger = createLogger(config.logLevel, 'api');
  const stopped = stopAsked();
  const settings = { port, databaseUrl, temporalAddress, temporalNamespace, keys, dataDir, temporalUiUrl };
  const api = await startApi(settings, logger);
  logger.info({ port: api.port }, 'api is listening');
  await stopped;
  await api.stop();
}

runEntry(__filename, main);
