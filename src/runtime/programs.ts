import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { environmentWith, type SettingName } from './config';
import { nodeProgram } from './node-program';
import { postgresServerCommand, preparePostgres, waitForPostgres } from './postgres-server';
import { prepareTemporal } from './prepare-temporal';
import type { Program } from './supervised-program';
import { temporalServerCommand, waitForTemporal } from './temporal-server';

const READY_LIMIT_MS = 120_000;
const HEALTH_POLL_MS = 100;
const HEALTH_ANSWER_LIMIT_MS = 5_000;

/** All stop within ten seconds: each has its share, and Postgres, the last, what the others leave. */
const API_STOP_MS = 1_500;
const WORKER_STOP_MS = 3_000;
const TEMPORAL_STOP_MS = 1_500;
const POSTGRES_STOP_MS = 7_500;

type Settings = Partial<Record<SettingName, string>>;

const logFile = (dataDir: string, name: string) => join(dataDir, 'logs', `${name}.log`);

/** @param url leads to the database `postgres` of that server */
export function postgresProgram(options: { dataDir: string; folder: string; port: number; url: string }): Program {
  const { dataDir, folder, port, url } = options;
  return {
    name: 'postgres',
    logFile: logFile(dataDir, 'postgres'),
    stopSignal: 'SIGINT',
    stopWithinMs: POSTGRES_STOP_MS,
    async launch() {
      // Again before every start: a server whose guardian was killed with it may still hold the cluster.
      const prepared = await preparePostgres({ dataDir: folder, port });
      return { ...postgresServerCommand(prepared, { durable: true }), env: environmentWith({}) };
    },
    ready: (ended) => waitForPostgres(url, READY_LIMIT_MS, ended),
  };
}

export function temporalProgram(options: {
  readonly dataDir: string;
  readonly binary: string;
  readonly port: number;
  readonly uiPort: number;
  readonly namespace: string;
}): Program {
  const { dataDir, port, namespace } = options;
  return {
    name: 'temporal',
    logFile: logFile(dataDir, 'temporal'),
    stopSignal: 'SIGTERM',
    stopWithinMs: TEMPORAL_STOP_MS,
    launch: () => ({
      ...temporalServerCommand({ ...options, databaseFile: join(dataDir, 'temporal.db') }),
      env: environmentWith({}),
    }),
    async ready(ended) {
      const address = `127.0.0.1:${port}`;
      await waitForTemporal(address, READY_LIMIT_MS, { namespace, signal: ended });
      // The database of an earlier version knows fewer search attributes, and the server adds none to one that is there.
      await prepareTemporal(address, namespace);
    },
  };
}

/** Ready as soon as it runs: whether it polls is part of the API's own readiness. */
export function workerProgram(dataDir: string, settings: Settings): Program {
  return {
    name: 'worker',
    logFile: logFile(dataDir, 'worker'),
    stopSignal: 'SIGTERM',
    stopWithinMs: WORKER_STOP_MS,
    launch: () => ({ ...nodeProgram('worker'), env: environmentWith(settings) }),
    ready: async () => undefined,
  };
}

export function apiProgram(dataDir: string, settings: Settings, url: string): Program {
  return {
    name: 'api',
    logFile: logFile(dataDir, 'api'),
    stopSignal: 'SIGTERM',
    stopWithinMs: API_STOP_MS,
    launch: () => ({ ...nodeProgram('api'), env: environmentWith(settings) }),
    ready: (ended) => waitForHealth(`${url}/health/ready`, ended),
  };
}

async function waitForHealth(url: string, ended: AbortSignal): Promise<void> {
  const deadline = performance.now() + READY_LIMIT_MS;
  for (;;) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(HEALTH_ANSWER_LIMIT_MS) }).then(
      async (response) => (response.status === 200 ? undefined : `${response.status} ${await response.text()}`),
      (error: Error) => (error.cause instanceof Error ? error.cause.message : error.message),
    );
    if (answer === undefined) return;
    if (ended.aborted || performance.now() > deadline) throw new Error(`The API is not ready: ${answer}`);
    await sleep(HEALTH_POLL_MS);
  }
}
