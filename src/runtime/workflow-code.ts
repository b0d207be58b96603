import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { cacheFolder } from './config';

const root = join(__dirname, '../..');
/** Everything that the bundle is made from: the workflows, what they import of the domain, and the SDK by its lock. */
const sources = ['workflows', 'src/domain', 'package-lock.json'];

async function filesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => undefined);
  if (!entries) return [path];
  const nested = await Promise.all(entries.map((entry) => filesIn(join(path, entry.name))));
  return nested.flat().sort();
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  for (const source of sources) {
    for (const file of await filesIn(join(root, source)))
      hash.update(file.slice(root.length)).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 32);
}

/**
 * The path of the bundled workflows: the one that `npm run build` made, or one bundled now and kept for the next start
 * under the fingerprint of its sources.
 */
export async function workflowBundle(): Promise<string> {
  const built = join(root, 'workflow-bundle.js');
  if (existsSync(built)) return built;
  const folder = join(cacheFolder(), 'workflows');
  const cached = join(folder, `${await fingerprint()}.js`);
  if (existsSync(cached)) return cached;
  const { code } = await bundleWorkflowCode({ workflowsPath: join(root, 'workflows/index.ts'), logger: quiet });
  await mkdir(folder, { recursive: true });
  const unfinished = `${cached}.${process.pid}`;
  await writeFile(unfinished, code);
  await rename(unfinished, cached);
  return cached;
}

const nothing = () => undefined;
const quiet = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };
