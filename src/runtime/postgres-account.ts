import { execFile } from 'node:child_process';
import { chmod, chown, cp, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** The account Postgres runs under. Only root has to name one: Postgres refuses to run as root. */
export type Account = { readonly uid?: number; readonly gid?: number };

/** Taken in this order, the first that exists. */
const ACCOUNTS = ['postgres', 'nobody'];

/** Where root keeps what the account cannot reach in its own place. */
const REACHABLE_PLACE = '/var/lib/boxoffice';
const OPEN_TO_ALL = 0o755;

/**
 * On Linux this leads every process to the folder that it was started in, though the folders above let it through no
 * more: that is how Postgres, which root has to run under another account, gets into a data folder closed to all others.
 */
const OWN_WORKING_FOLDER = '/proc/self/cwd';

const run = promisify(execFile);

/** The account for a cluster: whoever owns it already, else the first of the accounts that exists. */
export async function accountFor(cluster: string): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const owner = await stat(cluster).catch(() => undefined);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  for (const name of ACCOUNTS) {
    try {
      const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
      return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
    } catch {
      // No such account: the next one.
    }
  }
  throw new Error(
    `Postgres does not run as root, and there is no account named ${ACCOUNTS.join(' or ')} to run it under`,
  );
}

/** Whether the account can make its way to a folder and list it. */
async function canEnter(folder: string, { uid, gid }: Account, startedIn = '/'): Promise<boolean> {
  if (uid === undefined) return true;
  return await run('/bin/sh', ['-c', 'cd "$1" && ls .', 'sh', folder], {
    uid,
    cwd: startedIn,
    ...(gid === undefined ? {} : { gid }),
  })
    .then(() => true)
    .catch(() => false);
}

/** The path by which the account gets into a folder of its own when it is started there; undefined where there is none. */
export async function wayInto(folder: string, account: Account): Promise<string | undefined> {
  if (await canEnter(folder, account)) return folder;
  return (await canEnter(OWN_WORKING_FOLDER, account, folder)) ? OWN_WORKING_FOLDER : undefined;
}

/**
 * The folder of the Postgres programs, or a copy of it that the account can use.
 * @param folder holds bin, lib and share
 * @param version names the copy, which serves every checkout on this machine
 */
export async function reachablePrograms(folder: string, version: string, account: Account): Promise<string> {
  const { uid, gid } = account;
  const works = (place: string) =>
    run(join(place, 'bin', 'postgres'), ['--version'], {
      cwd: '/',
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    })
      .then(() => canEnter(join(place, 'share'), account))
      .catch(() => false);
  if (uid === undefined || (await works(folder))) return folder;
  const copy = join(REACHABLE_PLACE, `postgres-${version}`);
  if (await works(copy)) return copy;
  await makeReachablePlace(folder);
  const fresh = await mkdtemp(`${copy}.new-`);
  try {
    await cp(folder, fresh, { recursive: true, verbatimSymlinks: true });
    await run('chmod', ['-R', 'a+rX', fresh]);
    await rm(copy, { recursive: true, force: true });
    await rename(fresh, copy);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  if (!(await works(copy))) throw new Error(`The Postgres programs run neither in ${folder} nor in ${copy}`);
  return copy;
}

/**
 * Makes an empty folder owned by the account for a new cluster, beside the place it is meant for, or in a place
 * that the account can reach where that one is closed to it.
 */
export async function folderForNewCluster(
  cluster: string,
  account: Account,
  say: (line: string) => void,
): Promise<string> {
  const beside = await mkdtemp(`${cluster}.new-`);
  if (account.uid === undefined || account.gid === undefined) return beside;
  await chown(beside, account.uid, account.gid);
  if ((await wayInto(beside, account)) !== undefined) return beside;
  await rm(beside, { recursive: true });
  await makeReachablePlace(cluster);
  const elsewhere = await mkdtemp(join(REACHABLE_PLACE, 'cluster-'));
  await chown(elsewhere, account.uid, account.gid);
  say(`Postgres runs under an account that cannot reach ${dirname(cluster)}; its data is kept in ${elsewhere}`);
  return elsewhere;
}

async function makeReachablePlace(unreachable: string): Promise<void> {
  const made = mkdir(REACHABLE_PLACE, { recursive: true }).then(() => chmod(REACHABLE_PLACE, OPEN_TO_ALL));
  await made.catch((error: Error) => {
    throw new Error(
      `Postgres cannot run as root and its account cannot reach ${unreachable}; ${REACHABLE_PLACE}, to use instead, ` +
        `cannot be made (${error.message}). Start as another user`,
    );
  });
}
