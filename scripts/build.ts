// npm run build: everything production needs beside its node_modules, under dist/.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { DefaultLogger } from '@temporalio/worker';
import { bundleWorkflows } from '../src/runtime/workflow-code';

/** The folders that run in production. Each keeps its own place under dist/. */
const ROOMS = ['api', 'workflows', 'activities', 'src'];

const root = path.dirname(__dirname);
const dist = path.join(root, 'dist');

const say = (line: string) => process.stdout.write(`${line}\n`);

function compile(): void {
  const compiler = require.resolve('typescript/package.json').replace(/package\.json$/, 'bin/tsc');
  const project = path.join(root, 'tsconfig.build.json');
  const { status, error } = spawnSync(process.execPath, [compiler, '--project', project], { stdio: ['ignore', 2, 2] });
  if (error) throw error;
  if (status !== 0) throw new Error('the sources do not compile');
}

/** Copies what the code reads at run time, such as SQL migrations: all that is not TypeScript. Returns how many. */
function copyAssets(): number {
  const assets = ROOMS.flatMap((room) =>
    fs
      .readdirSync(path.join(root, room), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.ts'))
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name))),
  );
  for (const asset of assets) fs.cpSync(path.join(root, asset), path.join(dist, asset));
  return assets.length;
}

/** A worker that finds the bundle starts without a bundler and runs exactly the code that was built. */
async function writeBundle(): Promise<string> {
  const code = await bundleWorkflows(new DefaultLogger('WARN'));
  const bundle = path.join(dist, 'workflow-bundle.js');
  fs.writeFileSync(bundle, code);
  return `${path.relative(root, bundle)}, ${Math.round(code.length / 1024)} kB`;
}

async function build(): Promise<void> {
  fs.rmSync(dist, { recursive: true, force: true });
  compile();
  say(`Compiled ${ROOMS.join(', ')} to dist, with ${copyAssets()} other files beside them`);
  say(`Bundled the workflows to ${await writeBundle()}`);
}

build().catch((error: unknown) => {
  process.stderr.write(`boxoffice: the build failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
