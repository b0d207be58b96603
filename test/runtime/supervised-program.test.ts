import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GuardedProcesses } from '../../src/runtime/guarded-processes';
import { type BackOff, type Program, SupervisedProgram } from '../../src/runtime/supervised-program';
import { eventually } from '../support/eventually';

const backOff: BackOff = { firstMs: 20, longestMs: 80, steadyAfterMs: 60_000, attemptsBeforeReady: 3 };

describe('a supervised program', () => {
  let folder = '';
  let supervised: SupervisedProgram | undefined;
  const said: string[] = [];

  const pidFile = () => join(folder, 'pid');
  const pid = async () => Number(await readFile(pidFile(), 'utf8'));

  /** A shell script that first writes its process id. */
  function supervise(
    script: string,
    overrides: Partial<Program> & { backOff?: Partial<BackOff> } = {},
  ): SupervisedProgram {
    const program: Program = {
      name: 'clerk',
      logFile: join(folder, 'clerk.log'),
      launch: () => ({ command: '/bin/sh', args: ['-c', `echo $$ > ${pidFile()}; ${script}`], env: process.env }),
      ready: () => eventually(pid).then(() => undefined),
      stopSignal: 'SIGTERM',
      stopWithinMs: 5_000,
      ...overrides,
    };
    const guarded = new GuardedProcesses(join(folder, 'processes'));
    supervised = new SupervisedProgram(program, guarded, (line) => said.push(line), {
      ...backOff,
      ...overrides.backOff,
    });
    return supervised;
  }

  const stop = () => supervised?.stop(performance.now() + 5_000);
  const delays = () => said.flatMap((line) => /starting it again in ([\d.]+) s/.exec(line)?.[1] ?? []).map(Number);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'boxoffice-supervised-'));
    said.length = 0;
  });
  afterEach(async () => {
    await stop();
    await rm(folder, { recursive: true });
  });

  it('is started again when somebody kills it, and both is said', async () => {
    await supervise('exec sleep 60').start();
    const first = await pid();
    process.kill(first, 'SIGKILL');
    await eventually(async () => (await pid()) !== first);
    await eventually(() => said.some((line) => line.startsWith('clerk runs again')));
    expect(said[0]).toBe(`clerk ended (SIGKILL); starting it again in 0.02 s. Log: ${join(folder, 'clerk.log')}`);
  });

  it('that keeps ending is started again ever more seldom, up to a limit', async () => {
    await supervise('exit 3', { ready: async () => undefined }).start();
    await eventually(() => delays().length >= 5);
    expect(delays().slice(0, 5)).toEqual([0.02, 0.04, 0.08, 0.08, 0.08]);
  });

  it('that stayed up for long starts from the first delay again', async () => {
    await supervise('sleep 0.1', { ready: async () => undefined, backOff: { steadyAfterMs: 50 } }).start();
    await eventually(() => delays().length >= 4);
    expect(delays().slice(0, 4)).toEqual([0.02, 0.02, 0.02, 0.02]);
  });

  it('that was never ready is given up, with its last words', async () => {
    const never = () => new Promise<void>(() => undefined);
    const start = supervise('echo the till is stuck; exit 3', { ready: never }).start();
    await expect(start).rejects.toThrow(/clerk ended 3 times before it was ready \(exit code 3\).*the till is stuck/s);
  });

  it('that cannot be found is given up too', async () => {
    const launch = () => ({ command: join(folder, 'missing'), args: [], env: {} });
    const never = () => new Promise<void>(() => undefined);
    await expect(supervise('', { launch, ready: never }).start()).rejects.toThrow('ENOENT');
  });

  it('stops when asked and is not started again', async () => {
    await supervise('exec sleep 60').start();
    const last = await pid();
    await stop();
    expect(() => process.kill(last, 0)).toThrow('ESRCH');
    expect(said).toEqual([]);
  });

  it('that does not stop in its time is killed', async () => {
    await supervise('trap "" TERM; echo deaf; while :; do sleep 0.05; done', { stopWithinMs: 200 }).start();
    await eventually(async () => (await readFile(join(folder, 'clerk.log'), 'utf8')).includes('deaf'));
    const last = await pid();
    const begun = performance.now();
    await stop();
    expect(performance.now() - begun).toBeLessThan(20_000);
    expect(() => process.kill(last, 0)).toThrow('ESRCH');
  });

  it('sets a log aside that has grown too long', async () => {
    const log = join(folder, 'clerk.log');
    await writeFile(log, '');
    await appendFile(log, Buffer.alloc(11 * 1024 * 1024, 'x'));
    await supervise('echo fresh; exec sleep 60').start();
    await eventually(async () => (await readFile(log, 'utf8')) === 'fresh\n');
    expect((await readFile(`${log}.1`)).length).toBe(11 * 1024 * 1024);
  });
});
