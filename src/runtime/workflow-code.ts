import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflowCode, type Logger } from '@temporalio/worker';

const root = join(__dirname, '../..');
/** Of the checkout itself: a bundle's stack traces name the files that it was made from. */
const bundleCache = join(root, 'node_modules/.cache/boxoffice-workflows');
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

/** The workflows as one file, with what stands between them and the outside. */
export async function bundleWorkflows(logger: Logger): Promise<string> {
  const inWorkflows = (name: string) => join(root, 'workflows', name);
  const { code } = await bundleWorkflowCode({
    workflowsPath: inWorkflows('index.ts'),
    payloadConverterPath: inWorkflows('payload-converter.ts'),
    workflowInterceptorModules: [inWorkflows('interceptors.ts')],
    logger,
  });
  return code;
}

/**
 * The path of the bundled workflows: the one that `npm run build` made, or one bundled now and kept for the next start
 * under the fingerprint of its sources.
 */
export async function workflowBundle(): Promise<string> {
  const built = join(root, 'workflow-bundle.js');
  if (existsSync(built)) return built;
  const cached = join(bundleCache, `${await fingerprint()}.js`);
  if (existsSync(cached)) return cached;
  const code = await bundleWorkflows(quiet);
  await mkdir(bundleCache, { recursive: true });
  const unfinished = `${cached}.${process.pid}`;
  await writeFile(unfinished, code);
  await rename(unfinished, cached);
  return cached;
}

const nothing = () => undefined;
const quiet = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };
