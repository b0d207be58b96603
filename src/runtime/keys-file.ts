import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** One key of each role. */
const keys = z.object({ shop: z.string(), promoter: z.string(), gate: z.string(), operator: z.string() });
export type Keys = z.output<typeof keys>;

export type KeysFile = {
  readonly path: string;
  readonly keys: Keys;
  /** Whether they were made by this very call. */
  readonly isNew: boolean;
};

const KEY_BYTES = 24;
const OWNER_ONLY = 0o600;

/**
 * The keys kept in the data folder, made there once where there are none. Of several callers at once all get the same.
 * @throws Error naming the file, where it holds something else
 */
export async function keysOf(dataDir: string): Promise<KeysFile> {
  const path = join(dataDir, 'keys.json');
  const kept = await read(path);
  if (kept) return { path, keys: kept, isNew: false };
  const made = {
    shop: newKey('sk'),
    promoter: newKey('pk'),
    gate: newKey('gk'),
    operator: newKey('ok'),
  } satisfies Keys;
  await mkdir(dataDir, { recursive: true });
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, `${JSON.stringify(made, null, 2)}\n`, { mode: OWNER_ONLY });
  try {
    await link(draft, path);
    return { path, keys: made, isNew: true };
  } catch (error) {
    const winner = await read(path);
    if (!winner) throw error;
    return { path, keys: winner, isNew: false };
  } finally {
    await rm(draft);
  }
}

/** The keys as BOXOFFICE_KEYS wants them; each role is its own subject. */
export function keysSetting(all: Keys): string {
  return Object.entries(all)
    .map(([role, key]) => `${role}:${role}:${key}`)
    .join(',');
}

const newKey = (prefix: string) => `${prefix}_${randomBytes(KEY_BYTES).toString('base64url')}`;

async function read(path: string): Promise<Keys | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return keys.parse(JSON.parse(text));
  } catch {
    throw new Error(`${path} does not hold one key of each role; mend it, or delete it to have new keys made`);
  }
}
