import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GuardedProcesses } from '../../src/runtime/guarded-processes';
import { identify, isRunning, type ProcessIdentity } from '../../src/runtime/processes';
import { eventually } from '../support/eventually';
import { type RunningProgram, runProgram } from './programs/run';

describe('guarded processes', () => {
  let folder = '';
  let supervisor: RunningProgram | undefined;

  async function supervisorWith(guard: 'with-guard' | 'without-guard'): Promise<ProcessIdentity> {
    supervisor = runProgram('start-and-guard', folder, guard);
    const program = identify(Number(await supervisor.line()));
    if (!program) throw new Error('The program does not run');
    return program;
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'boxoffice-processes-'));
  });
  afterEach(async () => {
    await supervisor?.kill();
    await new GuardedProcesses(folder).endLeftovers();
    await rm(folder, { recursive: true });
  });

  it('do not outlive their supervisor, even if they are stubborn and it was killed', async () => {
    const program = await supervisorWith('with-guard');
    await supervisor?.kill();
    await eventually(() => !isRunning(program));
  });

  it('are ended by the next start where nobody guarded them', async () => {
    const program = await supervisorWith('without-guard');
    await supervisor?.kill();
    expect(isRunning(program)).toBe(true);
    expect(await new GuardedProcesses(folder).endLeftovers()).toEqual(['stubborn']);
    expect(isRunning(program)).toBe(false);
    expect(await readdir(folder)).toEqual([]);
  });

  it('are not mistaken for another process that was given the same id since', async () => {
    const record = { identity: { pid: process.pid, started: 'another time' }, signal: 'SIGKILL' };
    await writeFile(join(folder, 'worker.json'), JSON.stringify(record));
    expect(await new GuardedProcesses(folder).endLeftovers()).toEqual([]);
  });
});
