import { chmod, lstat, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FolderLock, type Holder, tryLock } from './folder-lock';
import type { Say } from './steps';

/** How long a holder that is on its way out is waited for. */
const LEAVING_LIMIT_MS = 15_000;
const POLL_MS = 100;
/** For its owner alone: keys, the data of every customer, and the tokens that payments are taken with. */
const OWNER_ONLY = 0o700;
const OF_OTHERS = 0o077;
/** Folders for everybody's files have it, such as /tmp. */
const STICKY = 0o1000;
/** Made first of all at every start, and left. */
const LOCK = 'lock';

/** Somebody else runs on the same data. */
export class DataFolderTaken extends Error {
  constructor(dataDir: string, holder: Holder | undefined) {
    const where = holder?.url === undefined ? (holder?.stopping ? 'is stopping' : 'is starting') : `at ${holder.url}`;
    super(`boxoffice already runs on ${dataDir}: process ${holder?.pid ?? 'unknown'}, ${where}`);
    this.name = 'DataFolderTaken';
  }
}

/** The folder cannot be closed to others, or must not be. */
export class DataFolderOpen extends Error {
  constructor(dataDir: string, why: string) {
    super(`${dataDir} ${why}; set BOXOFFICE_DATA_DIR to a folder of its own, such as ${join(dataDir, 'boxoffice')}`);
    this.name = 'DataFolderOpen';
  }
}

/**
 * Makes the folder where it is missing, and lets no other account into it, nor into what lies in it from before: so it must
 * be empty, or have been taken before.
 * @throws DataFolderOpen
 */
export async function closeDataFolder(dataDir: string): Promise<void> {
  await mkdir(dirname(dataDir), { recursive: true });
  await mkdir(dataDir, { recursive: true, mode: OWNER_ONLY });
  const { mode } = await stat(dataDir);
  if (mode & STICKY || dirname(dataDir) === dataDir) throw new DataFolderOpen(dataDir, 'is there for others as well');
  const names = await readdir(dataDir);
  if (names.length > 0 && !names.some((name) => name === LOCK || name.startsWith(`${LOCK}.`))) {
    throw new DataFolderOpen(dataDir, 'has files of something else in it');
  }
  try {
    await chmod(dataDir, OWNER_ONLY);
  } catch (error) {
    throw new DataFolderOpen(dataDir, `cannot be closed to others (${error instanceof Error ? error.message : error})`);
  }
  for (const name of names) {
    const path = join(dataDir, name);
    const found = await lstat(path);
    if (found.isSymbolicLink() || (found.mode & OF_OTHERS) === 0) continue;
    // Where it belongs to somebody else, the closed folder alone must do.
    await chmod(path, found.mode & OWNER_ONLY).catch(() => undefined);
  }
}

/**
 * Closes the folder to others and takes it for this process alone. A holder that died is replaced at once, one that is
 * stopping is waited for.
 * @throws DataFolderTaken, DataFolderOpen
 */
export async function takeDataFolder(dataDir: string, say: Say): Promise<FolderLock> {
  await closeDataFolder(dataDir);
  const deadline = performance.now() + LEAVING_LIMIT_MS;
  for (let told = false; ; ) {
    const attempt = tryLock(join(dataDir, LOCK));
    if (attempt.held) return attempt.lock;
    if (!attempt.holder?.stopping || performance.now() > deadline) throw new DataFolderTaken(dataDir, attempt.holder);
    if (!told) say(`Waiting for process ${attempt.holder.pid} to stop…`);
    told = true;
    await sleep(POLL_MS);
  }
}
