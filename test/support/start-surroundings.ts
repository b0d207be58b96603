import { spawn } from 'node:child_process';
import { chmod, mkdtemp, open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { migrate } from '../../src/runtime/migrate';
import { anyFreePort } from '../../src/runtime/ports';
import {
  postgresServerCommand,
  postgresUrl,
  preparePostgres,
  waitForPostgres,
} from '../../src/runtime/postgres-server';
import { findTemporal } from '../../src/runtime/temporal-binary';
import { temporalServerCommand, waitForTemporal } from '../../src/runtime/temporal-server';
import { workflowBundle } from '../../src/runtime/workflow-code';
import { say, step } from './steps';
import type { Surroundings } from './surroundings';
import { findTimeSkippingServer } from './time-skipping-server';
import type { Undertaker } from './undertaker';

const TEMPLATE = 'boxoffice_template';

const SERVER_STARTS_WITHIN_MS = 60_000;
const PORTS_TRIED = 3;

/** Far fewer than in production, so that workflows which live long continue as new within a test. */
const LONG_HISTORY_EVENTS = 100;

/** Characters of a server's log that are shown when it does not start. */
const LOG_TAIL = 2_000;

/** Starts, on free ports and in a folder of its own, what the suites of one run share; the undertaker ends it. */
export async function startSurroundings(undertaker: Undertaker): Promise<Omit<Surroundings, 'recordHistories'>> {
  const folder = await mkdtemp(join(tmpdir(), 'boxoffice-test-'));
  undertaker.clear(folder);
  await chmod(folder, 0o755);
  const [postgres, temporal, timeSkipping] = await Promise.all([
    startMigratedPostgres(folder, undertaker),
    startTemporal(folder, undertaker),
    findTimeSkippingServer(say),
    bundleWorkflows(),
  ]);
  return {
    postgres,
    temporal,
    timeSkipping: typeof timeSkipping === 'string' ? { program: timeSkipping } : timeSkipping,
  };
}

/** Ahead of the suites, which find it in the cache then. Where it fails, the suites that need it say so. */
async function bundleWorkflows(): Promise<void> {
  await step('Bundling the workflows', workflowBundle).catch(() => undefined);
}

async function startMigratedPostgres(folder: string, undertaker: Undertaker): Promise<Surroundings['postgres']> {
  const url = await step('Starting Postgres', async () => {
    const cluster = await preparePostgres({ dataDir: join(folder, 'postgres'), port: 0 });
    return onFreePort(async (port) => {
      const prepared = { ...cluster, port };
      const url = postgresUrl(prepared, 'postgres');
      await launch({
        ...postgresServerCommand(prepared, { durable: false }),
        log: join(folder, 'postgres.log'),
        register: (pid) => undertaker.stop(pid, 'SIGQUIT'),
        ready: (ended) => waitForPostgres(url, SERVER_STARTS_WITHIN_MS, ended),
      });
      return url;
    });
  });
  await step('Migrating the template database', async () => {
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query(`CREATE DATABASE ${TEMPLATE}`);
    const template = new URL(url);
    template.pathname = `/${TEMPLATE}`;
    await migrate(template.href);
    await client.query(`ALTER DATABASE ${TEMPLATE} IS_TEMPLATE true ALLOW_CONNECTIONS false`);
    await client.end();
  });
  return { url, template: TEMPLATE };
}

async function startTemporal(folder: string, undertaker: Undertaker): Promise<Surroundings['temporal']> {
  let program: string;
  try {
    program = await findTemporal(say, { started: ({ pid }) => undertaker.stopGroup(pid, 'SIGKILL') });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    say(reason);
    return { unavailable: reason.split(/[.\n]/, 1).join() };
  }
  const start = async (port: number) => {
    const address = `127.0.0.1:${port}`;
    const { command, args } = temporalServerCommand({ binary: program, port, uiPort: 0, headless: true });
    await launch({
      command,
      args: [...args, '--dynamic-config-value', `limit.historyCount.suggestContinueAsNew=${LONG_HISTORY_EVENTS}`],
      log: join(folder, 'temporal.log'),
      register: (pid) => undertaker.stop(pid, 'SIGTERM'),
      ready: (ended) => waitForTemporal(address, SERVER_STARTS_WITHIN_MS, { signal: ended }),
    });
    return { address, program };
  };
  return step('Starting Temporal', () => onFreePort(start));
}

/** A port that was free may be taken by the time a server listens on it; then another one is tried. */
async function onFreePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await anyFreePort());
    } catch (error) {
      if (attempt === PORTS_TRIED) throw error;
    }
  }
}

/** Starts a server and waits until it is ready, or fails with the end of its log. */
async function launch(server: {
  readonly command: string;
  readonly args: readonly string[];
  readonly account?: { readonly uid?: number; readonly gid?: number };
  readonly log: string;
  readonly register: (pid: number) => void;
  /** Rejects soon after the signal, which says that the server has ended. */
  readonly ready: (ended: AbortSignal) => Promise<void>;
}): Promise<void> {
  const output = await open(server.log, 'w');
  const stdio = ['ignore' as const, output.fd, output.fd];
  const child = spawn(server.command, server.args, { cwd: '/', stdio, ...server.account });
  const ended = new AbortController();
  child.once('error', () => ended.abort()).once('exit', () => ended.abort());
  if (child.pid !== undefined) server.register(child.pid);
  await output.close();
  try {
    await server.ready(ended.signal);
  } catch (error) {
    throw new Error(`${server.command} does not start:\n${(await readFile(server.log, 'utf8')).slice(-LOG_TAIL)}`, {
      cause: error,
    });
  }
}
