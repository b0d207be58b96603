import { execFile } from 'node:child_process';
import { readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Account, folderForNewCluster, wayInto } from './postgres-account';
import { commandLine, endProcess, identify } from './processes';

const run = promisify(execFile);

/** In a folder of its own first: an initdb that is interrupted leaves no half-made cluster in the place of a real one. */
export async function makeCluster(options: {
  readonly cluster: string;
  readonly initdb: string;
  readonly superuser: string;
  readonly password: string;
  readonly account: Account;
  readonly say: (line: string) => void;
}): Promise<void> {
  const { cluster, initdb, superuser, password, account, say } = options;
  await clearUnfinished(cluster);
  const fresh = await folderForNewCluster(cluster, account, say);
  const args = [
    `--pgdata=${(await wayInto(fresh, account)) ?? fresh}`,
    `--username=${superuser}`,
    // The account may open only a pipe of its own by name, hence the cat.
    '--pwfile=/dev/stdin',
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
  ];
  const initialised = run('/bin/sh', ['-c', 'cat | "$@"', 'sh', initdb, ...args], { cwd: fresh, ...account });
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

/** A setting of the server that means nothing to Postgres: by it a running server can be told from others. */
export const clusterMark = (cluster: string) => `boxoffice.cluster=${cluster}`;

/** Servers of earlier versions name their cluster as the place of their data alone. */
function servesCluster(pid: number, cluster: string): boolean {
  const command = commandLine(pid);
  return command.includes(`-c ${clusterMark(cluster)} `) || command.includes(`-D ${cluster} `);
}

/**
 * A server that outlived its supervisor still holds the cluster. The process named in postmaster.pid is ended only where
 * its command line names this cluster; where it is somebody else's, the file is left over from before and in the way.
 */
export async function endLeftover(cluster: string, graceMs: number): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10);
  const identity = Number.isNaN(pid) ? undefined : identify(pid);
  if (!identity) return;
  if (servesCluster(pid, cluster)) await endProcess(identity, 'SIGINT', graceMs);
  else await rm(pidFile, { force: true });
}

/** A cluster that was once finished. */
export async function clusterExists(cluster: string): Promise<boolean> {
  try {
    await stat(join(cluster, 'PG_VERSION'));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
