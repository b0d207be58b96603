import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { violations } from './arrows';
import { EventModelBroken, facts, staleFiles } from './event-model';

const root = join(__dirname, '..');

/** Biome colours its output even where nobody looks. */
const colours = process.stdout.isTTY ? '--colors=force' : '--colors=off';

type Check = { readonly name: string; readonly passes: () => Promise<boolean> };

const checks: readonly Check[] = [
  { name: 'types', passes: () => succeeds('typescript', 'bin/tsc', '--noEmit') },
  {
    name: 'lint and format',
    passes: () => succeeds('@biomejs/biome', 'bin/biome', 'ci', '--error-on-warnings', colours),
  },
  { name: 'arrows between the rooms', passes: async () => say(...violations(root)) === 0 },
  { name: 'docs/event-model.md is up to date', passes: async () => say(...staleDocs()) === 0 },
];

function staleDocs(): string[] {
  try {
    return staleFiles(root, facts).map((path) => `${path} is out of date: npm run docs writes it`);
  } catch (error) {
    if (error instanceof EventModelBroken) return [error.message];
    throw error;
  }
}

const say = (...lines: string[]) => {
  for (const line of lines) process.stdout.write(`${line}\n`);
  return lines.length;
};

/** Runs a program of one of our packages; what it has to say goes straight to the terminal. */
function succeeds(packageName: string, program: string, ...args: string[]): Promise<boolean> {
  const path = join(dirname(require.resolve(`${packageName}/package.json`)), program);
  return new Promise((resolve, reject) => {
    spawn(process.execPath, [path, ...args], { cwd: root, stdio: 'inherit' })
      .on('error', reject)
      .on('exit', (code) => resolve(code === 0));
  });
}

async function main(): Promise<void> {
  for (const { name, passes } of checks) {
    const started = performance.now();
    const passed = await passes();
    say(`${passed ? 'ok    ' : 'FAILED'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
    if (!passed) process.exitCode = 1;
  }
}

void main();
