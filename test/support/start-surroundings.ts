import { spawn } from 'node:child_process';
import { chmod, mkdtemp, open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { migrate } from '../../src/runtime/migrate';
import {
  postgresServerCommand,
  postgresUrl,
  preparePostgres,
  waitForPostgres,
} from '../../src/runtime/postgres-server';
import { findTemporal } from '../../src/runtime/temporal-binary';
import { temporalServerCommand, waitForTemporal } from '../../src/runtime/temporal-server';
import { freePort } from './free-port';
import { say, step } from './steps';
import type { Surroundings } from './surroundings';
import { findTimeSkippingServer } from './time-skipping-server';
import type { Undertaker } from './undertaker';

const TEMPLATE = 'boxoffice_template';

const SERVER_STARTS_WITHIN_MS = 60_000;

/** Characters of a server's log that are shown when it does not start. */
const LOG_TAIL = 2_000;

/** Starts, on free ports and in a folder of its own, what the suites of one run share; the undertaker ends it. */
export async function startSurroundings(undertaker: Undertaker): Promise<Surroundings> {
  const folder = await mkdtemp(join(tmpdir(), 'boxoffice-test-'));
  undertaker.clear(folder);
  await chmod(folder, 0o755);
  const [postgres, temporal, timeSkipping] = await Promise.all([
    startMigratedPostgres(folder, undertaker),
    startTemporal(folder, undertaker),
    findTimeSkippingServer(say),
  ]);
  return {
    postgres,
    temporal,
    timeSkipping: typeof timeSkipping === 'string' ? { program: timeSkipping } : timeSkipping,
  };
}

async function startMigratedPostgres(folder: string, undertaker: Undertaker): Promise<Surroundings['postgres']> {
  const url = await step('Starting Postgres', async () => {
    const prepared = await preparePostgres({ dataDir: join(folder, 'postgres'), port: await freePort() });
    const url = postgresUrl(prepared, 'postgres');
    await launch({
      ...postgresServerCommand(prepared, { durable: false }),
      log: join(folder, 'postgres.log'),
      register: (pid) => undertaker.stop(pid, 'SIGQUIT'),
      ready: (ended) => waitForPostgres(url, SERVER_STARTS_WITHIN_MS, ended),
    });
    return url;
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
  return step('Starting Temporal', async () => {
    const port = await freePort();
    const address = `127.0.0.1:${port}`;
    await launch({
      ...temporalServerCommand({ binary: program, port, uiPort: 0, headless: true }),
      log: join(folder, 'temporal.log'),
      register: (pid) => undertaker.stop(pid, 'SIGTERM'),
      ready: (ended) => waitForTemporal(address, SERVER_STARTS_WITHIN_MS, { signal: ended }),
    });
    return { address, program };
  });
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
