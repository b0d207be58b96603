import { execFile, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { cacheFolder, environmentWith } from './config';
import { tryLock } from './folder-lock';
import { identify, type ProcessIdentity } from './processes';

/** Bundles server 1.29 and the web UI, and is the newest that Go builds from the module alone. */
const TEMPORAL_CLI_VERSION = '1.5.1';

const ANSWER_LIMIT_MS = 20_000;
const DOWNLOAD_ANSWER_LIMIT_MS = 5_000;
const DOWNLOAD_LIMIT_MS = 180_000;
const BUILD_LIMIT_MS = 20 * 60_000;
const PROGRESS_EVERY_MS = 10_000;
const LOCK_POLL_MS = 500;

/** Folders in the cache where a download or build is under way begin so. */
const UNFINISHED = 'new-';

const run = promisify(execFile);

export type FindTemporalOptions = {
  /** Ends a download or build under way. */
  readonly signal?: AbortSignal;
  /** Told of a long-running child, so that it can be ended should this process die. */
  readonly started?: (child: ProcessIdentity) => void;
};

/**
 * Path of a `temporal` program that runs on this machine: the one on the PATH, else the one in the cache, which is
 * downloaded or built once. Every wait is said aloud. Safe to call from several processes at once.
 * @throws Error that names all the ways to get one, and why each failed.
 */
export async function findTemporal(say: (line: string) => void, options: FindTemporalOptions = {}): Promise<string> {
  if (await answers('temporal')) return 'temporal';
  const cached = join(cacheFolder(), `temporal-${TEMPORAL_CLI_VERSION}`, 'temporal');
  if (await answers(cached)) return cached;
  await mkdir(dirname(cached), { recursive: true });
  return await withCacheLock(`${dirname(cached)}.lock`, say, options, async () => {
    if (await answers(cached)) return cached;
    await clearLeftovers(dirname(cached));
    const refusals: string[] = [];
    for (const obtain of [download, build]) {
      const place = await mkdtemp(join(dirname(cached), UNFINISHED));
      try {
        const fresh = await obtain(place, say, options);
        if (!(await answers(fresh))) throw new Error('what came does not run on this machine');
        await rename(fresh, cached);
        return cached;
      } catch (error) {
        if (options.signal?.aborted) throw error;
        refusals.push(`${obtain.name}: ${error instanceof Error ? error.message : String(error)}`);
      } finally {
        await rm(place, { recursive: true, force: true });
      }
    }
    throw new Error(
      [
        'No Temporal server could be had. Any of these helps:',
        '  - set TEMPORAL_ADDRESS=host:port to a Temporal server that runs already',
        '  - put the Temporal CLI on the PATH: https://docs.temporal.io/cli',
        `  - put it at ${cached}`,
        '  - let https://temporal.download be reached, or install Go 1.24 or newer to build it',
        ...refusals.map((refusal) => `  (${refusal})`),
      ].join('\n'),
    );
  });
}

async function answers(binary: string): Promise<boolean> {
  try {
    const { stdout } = await run(binary, ['--version'], { timeout: ANSWER_LIMIT_MS });
    return stdout.startsWith('temporal version');
  } catch {
    return false;
  }
}

/** What a fetch that was killed left behind; only for the holder of the lock. */
async function clearLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(UNFINISHED)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function withCacheLock<T>(
  path: string,
  say: (line: string) => void,
  { signal }: FindTemporalOptions,
  work: () => Promise<T>,
): Promise<T> {
  for (let told = false; ; told = true) {
    const attempt = tryLock(path);
    if (attempt.held) {
      try {
        return await work();
      } finally {
        attempt.lock.release();
      }
    }
    if (!told) say(`Waiting for process ${attempt.holder?.pid}, which is fetching Temporal…`);
    await sleep(LOCK_POLL_MS, undefined, signal ? { signal } : {});
  }
}

/** The official archive of exactly our version, unpacked by tar. */
async function download(place: string, say: (line: string) => void, { signal }: FindTemporalOptions): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const url = `https://temporal.download/cli/archive/v${TEMPORAL_CLI_VERSION}?platform=${platform}&arch=${arch}`;
  say(`Fetching the Temporal CLI ${TEMPORAL_CLI_VERSION} from temporal.download…`);
  const tooLate = new AbortController();
  const abandon = AbortSignal.any([tooLate.signal, ...(signal ? [signal] : [])]);
  let limit = setTimeout(() => tooLate.abort(new Error('no answer in time')), DOWNLOAD_ANSWER_LIMIT_MS);
  try {
    const response = await fetch(url, { signal: abandon });
    if (!response.ok || !response.body) throw new Error(`temporal.download answered ${response.status}`);
    clearTimeout(limit);
    limit = setTimeout(() => tooLate.abort(new Error('the download took too long')), DOWNLOAD_LIMIT_MS);
    const archive = join(place, 'archive.tar.gz');
    await withProgress('  downloading Temporal', say, () =>
      pipeline(Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(archive), {
        signal: abandon,
      }),
    );
    await run('tar', ['-xzf', archive, '-C', place], { timeout: DOWNLOAD_LIMIT_MS });
    return join(place, 'temporal');
  } catch (error) {
    if (tooLate.signal.aborted) throw tooLate.signal.reason;
    if (error instanceof TypeError && error.cause instanceof Error) throw error.cause;
    throw error;
  } finally {
    clearTimeout(limit);
  }
}

/** From Temporal's own Go module, with Go's usual caches. */
async function build(place: string, say: (line: string) => void, options: FindTemporalOptions): Promise<string> {
  await run('go', ['version'], { timeout: ANSWER_LIMIT_MS }).catch((error: NodeJS.ErrnoException) => {
    throw new Error(error.code === 'ENOENT' ? 'Go is not on the PATH' : error.message);
  });
  say(`That did not work; building Temporal ${TEMPORAL_CLI_VERSION} with Go instead, once: 2 to 5 minutes…`);
  const target = `github.com/temporalio/cli/cmd/temporal@v${TEMPORAL_CLI_VERSION}`;
  await withProgress('  building Temporal', say, () => goInstall(target, place, options));
  return join(place, 'temporal');
}

function goInstall(target: string, place: string, { signal, started }: FindTemporalOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const go = spawn('go', ['install', target], {
      env: { ...environmentWith({}), GOBIN: place },
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    const identity = go.pid === undefined ? undefined : identify(go.pid);
    if (identity) started?.(identity);
    let lastLine = '';
    go.stderr.setEncoding('utf8').on('data', (text: string) => {
      lastLine = text.trim().split('\n').at(-1) ?? lastLine;
    });
    const endGroup = () => {
      if (go.pid !== undefined && go.exitCode === null && go.signalCode === null) process.kill(-go.pid, 'SIGKILL');
    };
    const limit = setTimeout(endGroup, BUILD_LIMIT_MS);
    signal?.addEventListener('abort', endGroup);
    go.on('error', reject);
    go.on('close', (code, endedBy) => {
      clearTimeout(limit);
      signal?.removeEventListener('abort', endGroup);
      if (code === 0) resolve();
      else reject(new Error(`go install ended with ${endedBy ?? code}: ${lastLine}`));
    });
  });
}

async function withProgress<T>(label: string, say: (line: string) => void, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const progress = setInterval(
    () => say(`${label} … ${Math.round((performance.now() - begun) / 1000)} s`),
    PROGRESS_EVERY_MS,
  );
  try {
    return await work();
  } finally {
    clearInterval(progress);
  }
}
