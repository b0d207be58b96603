import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { join } from 'node:path';
import { SEED_VARIABLE, testSeed } from './support/random';
import { startSurroundings } from './support/start-surroundings';
import { say } from './support/steps';
import { SURROUNDINGS_VARIABLE, type Surroundings } from './support/surroundings';
import { startUndertaker, type Undertaker } from './support/undertaker';

/** At most this many names of skipped tests are listed. */
const LISTED_SKIPS = 50;

/** `npm run histories` gives this: only the suites with "histories" in their path run, and record. */
const RECORD_HISTORIES = '--record-histories';

/** After its last suite. */
const JEST_ENDS_WITHIN_MS = 20_000;

/** What test/reporter.js sends. */
type Counts = { passed: number; failed: number; skipped: number; skippedNames: string[] };

type Outcome = { exitCode: number; counts: Counts };

const failedToRun: Outcome = { exitCode: 1, counts: { passed: 0, failed: 1, skipped: 0, skippedNames: [] } };

/** `npm test`: starts what the suites share, runs Jest on two workers with the arguments given, clears up and counts. */
async function main(): Promise<void> {
  const undertaker = startUndertaker();
  const stopped = stopSignal();
  let outcome = failedToRun;
  try {
    outcome = await Promise.race([run(undertaker, process.argv.slice(2)), stopped]);
  } catch (error) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  await undertaker.finish();
  report(outcome.counts);
  process.exit(outcome.exitCode);
}

async function stopSignal(): Promise<Outcome> {
  const signal = await new Promise<'SIGINT' | 'SIGTERM' | 'SIGHUP'>((resolve) => {
    for (const each of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(each, () => resolve(each));
  });
  say(`${signal}: stopping`);
  return { ...failedToRun, exitCode: 128 + constants.signals[signal] };
}

async function run(undertaker: Undertaker, args: readonly string[]): Promise<Outcome> {
  const surroundings = await startSurroundings(undertaker);
  const seed = testSeed();
  say(`Random tests use ${SEED_VARIABLE}=${seed}`);
  const recordHistories = args.includes(RECORD_HISTORIES);
  const jestArgs = recordHistories ? historySuites(args) : args;
  const jest = spawn(process.execPath, [require.resolve('jest/bin/jest'), ...withWorkers(jestArgs)], {
    cwd: join(__dirname, '..'),
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: {
      ...process.env,
      [SURROUNDINGS_VARIABLE]: JSON.stringify({ ...surroundings, recordHistories } satisfies Surroundings),
      [SEED_VARIABLE]: String(seed),
    },
  });
  if (jest.pid !== undefined) undertaker.stopGroup(jest.pid, 'SIGTERM');
  return outcomeOf(jest);
}

function historySuites(args: readonly string[]): readonly string[] {
  return ['histories', ...args.filter((arg) => arg !== RECORD_HISTORIES)];
}

/** Two workers, for two cores, unless the arguments say how many. */
function withWorkers(args: readonly string[]): readonly string[] {
  const says = args.some((arg) => /^(-i|--runInBand|-w|--maxWorkers(=.*)?)$/.test(arg));
  return says ? args : ['--maxWorkers=2', ...args];
}

async function outcomeOf(jest: ChildProcess): Promise<Outcome> {
  let counts: Counts | undefined;
  jest.on('message', (message) => {
    counts = message as Counts;
    setTimeout(() => {
      say('Jest does not end: a suite has left something open. See jest --detectOpenHandles');
      jest.kill('SIGKILL');
    }, JEST_ENDS_WITHIN_MS).unref();
  });
  const [code] = (await once(jest, 'close')) as [number | null];
  const exitCode = code ?? 1;
  if (counts === undefined) return { ...failedToRun, exitCode: exitCode || failedToRun.exitCode };
  return { exitCode, counts: { ...counts, failed: exitCode === 0 ? 0 : Math.max(1, counts.failed) } };
}

function report({ passed, failed, skipped, skippedNames }: Counts): void {
  const unlisted = skippedNames.length - LISTED_SKIPS;
  const lines = [
    ...skippedNames.slice(0, LISTED_SKIPS).map((name) => `skipped: ${name}`),
    ...(unlisted > 0 ? [`skipped: ${unlisted} more`] : []),
    `${passed} passed, ${failed} failed, ${skipped} skipped`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

void main();
