import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FolderLock, type Holder, tryLock } from './folder-lock';
import type { Say } from './steps';

/** How long a holder that is on its way out is waited for. */
const LEAVING_LIMIT_MS = 15_000;
const POLL_MS = 100;
/** Open to the account that Postgres runs under; what is secret has a mode of its own. */
const FOLDER_MODE = 0o755;

/** Somebody else runs on the same data. */
export class DataFolderTaken extends Error {
  constructor(dataDir: string, holder: Holder | undefined) {
    const where = holder?.url === undefined ? (holder?.stopping ? 'is stopping' : 'is starting') : `at ${holder.url}`;
    super(`boxoffice already runs on ${dataDir}: process ${holder?.pid ?? 'unknown'}, ${where}`);
    this.name = 'DataFolderTaken';
  }
}

/**
 * Makes the folder where it is missing and takes it for this process alone. A holder that died is replaced at once, one
 * that is stopping is waited for.
 * @throws DataFolderTaken
 */
export async function takeDataFolder(dataDir: string, say: Say): Promise<FolderLock> {
  await mkdir(dataDir, { recursive: true });
  await chmod(dataDir, FOLDER_MODE);
  const deadline = performance.now() + LEAVING_LIMIT_MS;
  for (let told = false; ; ) {
    const attempt = tryLock(join(dataDir, 'lock'));
    if (attempt.held) return attempt.lock;
    if (!attempt.holder?.stopping || performance.now() > deadline) throw new DataFolderTaken(dataDir, attempt.holder);
    if (!told) say(`Waiting for process ${attempt.holder.pid} to stop…`);
    told = true;
    await sleep(POLL_MS);
  }
}
