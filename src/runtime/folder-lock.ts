import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { identify, isRunning, type ProcessIdentity } from './processes';

/** What the holder of a lock tells those who come after it. */
export type Holder = ProcessIdentity & {
  /** Where the holder can be reached, once it can. */
  readonly url?: string;
  /** It is on its way out: waiting is worth while. */
  readonly stopping?: boolean;
};

export type FolderLock = {
  /** Replaces what others are told. */
  tell(news: Omit<Holder, keyof ProcessIdentity>): void;
  release(): void;
};

export type LockAttempt =
  | { readonly held: true; readonly lock: FolderLock }
  | { readonly held: false; readonly holder: Holder | undefined };

/**
 * A lock between processes that dies with its holder. It is a folder with one file, named after the holder's own
 * token. A folder prepared beforehand is renamed onto the place of the lock, which works only where nothing or an empty
 * folder is; a dead holder's file is removed by its name, so that nobody can ever break a lock that was taken meanwhile.
 */
export function tryLock(path: string): LockAttempt {
  const self = identify(process.pid);
  if (!self) throw new Error('This process cannot find itself in the process table');
  const token = randomUUID();
  const prepared = `${path}.${token}`;
  mkdirSync(dirname(path), { recursive: true });
  mkdirSync(prepared);
  writeFileSync(join(prepared, token), JSON.stringify(self));
  for (;;) {
    if (renamedOnto(prepared, path)) return { held: true, lock: lockAt(path, token, self) };
    const [holderToken] = filesIn(path);
    if (holderToken === undefined) continue;
    const holder = readHolder(join(path, holderToken));
    if (holder === 'gone') continue;
    if (holder && isRunning(holder)) {
      rmSync(prepared, { recursive: true });
      return { held: false, holder };
    }
    rmSync(join(path, holderToken), { force: true });
  }
}

function lockAt(path: string, token: string, self: ProcessIdentity): FolderLock {
  return {
    tell(news) {
      const draft = `${path}.${token}.draft`;
      writeFileSync(draft, JSON.stringify({ ...self, ...news }));
      renameSync(draft, join(path, token));
    },
    release() {
      rmSync(join(path, token), { force: true });
    },
  };
}

function renamedOnto(prepared: string, path: string): boolean {
  try {
    renameSync(prepared, path);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}

function filesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** Undefined where a file is there but says nothing sensible: its writer died in the middle. */
function readHolder(file: string): Holder | undefined | 'gone' {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : undefined;
  }
}
