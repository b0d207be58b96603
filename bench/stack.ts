import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentWith, type SettingName } from '../src/runtime/config';
import { migrate } from '../src/runtime/migrate';
import { nodeProgram } from '../src/runtime/node-program';
import { anyFreePort } from '../src/runtime/ports';
import { ensureDatabase, startPostgres } from '../src/runtime/postgres-server';
import { findTemporal } from '../src/runtime/temporal-binary';
import { temporalServerCommand, waitForTemporal } from '../src/runtime/temporal-server';

const startMilliseconds = 120_000;
const pollMilliseconds = 100;
/** A child that does not stop when asked is killed. */
const stopMilliseconds = 5_000;

const traversable = 0o755;

/** Where a boxoffice finds its servers. */
export interface Servers {
  databaseUrl: string;
  temporalAddress: string;
}

/** Ends what was started, the last first, whatever fails on the way. */
export class Cleanup {
  private readonly steps: (() => Promise<unknown>)[] = [];
  private running: Promise<void> = Promise.resolve();

  add(step: () => Promise<unknown>): void {
    this.steps.unshift(step);
  }

  /** Resolves when all has ended, also what another call is at. */
  run(): Promise<void> {
    this.running = this.running.then(async () => {
      for (let step = this.steps.shift(); step; step = this.steps.shift()) await step().catch(() => undefined);
    });
    return this.running;
  }
}

export function child(cleanup: Cleanup, command: string, args: readonly string[], options: object = {}): ChildProcess {
  const started = spawn(command, args, { stdio: 'ignore', ...options });
  const ended = once(started, 'exit');
  cleanup.add(async () => {
    if (started.exitCode !== null || started.signalCode !== null) return;
    started.kill('SIGTERM');
    const late = setTimeout(() => started.kill('SIGKILL'), stopMilliseconds);
    await ended;
    clearTimeout(late);
  });
  return started;
}

/** A Postgres of this run's own, durable as in production; `url` leads to its database `postgres`. */
export interface PostgresServer {
  folder: string;
  url: string;
}

export async function startPostgresServer(cleanup: Cleanup): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'boxoffice-bench-'));
  // Where we are root, Postgres runs under another account.
  chmodSync(folder, traversable);
  cleanup.add(() => rm(folder, { recursive: true, force: true }));
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), port: await anyFreePort(), durable: true });
  cleanup.add(() => postgres.stop());
  return { folder, url: postgres.url };
}

/** An empty, migrated database of its own. */
export async function newDatabase({ url }: PostgresServer, name: string): Promise<string> {
  await ensureDatabase(url, name);
  const own = new URL(url);
  own.pathname = `/${name}`;
  await migrate(own.href);
  return own.href;
}

/** Temporal's development server beside a Postgres that is there. */
export async function startTemporal(
  cleanup: Cleanup,
  { folder }: PostgresServer,
  say: (line: string) => void,
): Promise<string> {
  const port = await anyFreePort();
  const temporal = temporalServerCommand({
    binary: await findTemporal(say),
    port,
    uiPort: 0,
    headless: true,
    databaseFile: join(folder, 'temporal.db'),
  });
  child(cleanup, temporal.command, temporal.args);
  const temporalAddress = `127.0.0.1:${port}`;
  await waitForTemporal(temporalAddress, startMilliseconds);
  return temporalAddress;
}

/** The worker and the API as processes of their own; resolves with the API's address once they can sell. */
export async function startBoxoffice(cleanup: Cleanup, servers: Servers, keys: string): Promise<string> {
  const port = await anyFreePort();
  const settings: Partial<Record<SettingName, string>> = {
    DATABASE_URL: servers.databaseUrl,
    TEMPORAL_ADDRESS: servers.temporalAddress,
    BOXOFFICE_KEYS: keys,
    PORT: String(port),
    LOG_LEVEL: 'warn',
  };
  for (const name of ['worker', 'api']) {
    const { command, args } = nodeProgram(name);
    child(cleanup, command, args, { env: environmentWith(settings) });
  }
  const address = `http://127.0.0.1:${port}`;
  const end = performance.now() + startMilliseconds;
  while (
    !(await fetch(`${address}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (performance.now() > end) throw new Error('the worker and the API did not start');
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
  }
  return address;
}
