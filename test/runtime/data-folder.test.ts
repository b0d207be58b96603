import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataFolderOpen, DataFolderTaken, takeDataFolder } from '../../src/runtime/data-folder';
import { tryLock } from '../../src/runtime/folder-lock';
import { type RunningProgram, runProgram } from './programs/run';

describe('the lock on the data folder', () => {
  let dataDir = '';
  let holder: RunningProgram | undefined;
  const silent = () => undefined;

  async function heldByAnother(leavingMs = 0): Promise<RunningProgram> {
    holder = runProgram('hold-folder', dataDir, String(leavingMs));
    expect(await holder.line()).toBe('held');
    return holder;
  }

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'boxoffice-data-'));
  });
  afterEach(async () => {
    await holder?.kill();
    await rm(dataDir, { recursive: true });
  });

  it('refuses a second holder in one line that says who holds it and where', async () => {
    const { process } = await heldByAnother();
    const refusal = takeDataFolder(dataDir, silent);
    await expect(refusal).rejects.toThrow(DataFolderTaken);
    await expect(refusal).rejects.toThrow(
      `boxoffice already runs on ${dataDir}: process ${process.pid}, at http://localhost:4711`,
    );
  });

  it('passes at once from a holder that was killed', async () => {
    await (await heldByAnother()).kill();
    const lock = await takeDataFolder(dataDir, silent);
    lock.release();
  });

  it('is waited for while its holder is stopping', async () => {
    const other = await heldByAnother(500);
    other.process.kill('SIGUSR2');
    expect(await other.line()).toBe('leaving');
    const said: string[] = [];
    const lock = await takeDataFolder(dataDir, (line) => said.push(line));
    expect(said).toEqual([`Waiting for process ${other.process.pid} to stop…`]);
    lock.release();
  });

  it('goes to one alone of many who come at once after a holder was killed', async () => {
    await (await heldByAnother()).kill();
    const attempts = Array.from({ length: 20 }, () => tryLock(join(dataDir, 'lock')));
    expect(attempts.filter(({ held }) => held)).toHaveLength(1);
  });

  it('leaves nothing behind but an empty folder', async () => {
    (await takeDataFolder(dataDir, silent)).release();
    await expect(takeDataFolder(dataDir, silent).then((lock) => lock.release())).resolves.toBeUndefined();
    expect(await readdir(dataDir)).toEqual(['lock']);
    expect(await readdir(join(dataDir, 'lock'))).toEqual([]);
  });
});

describe('the data folder', () => {
  let parent = '';
  const silent = () => undefined;
  const modeOf = async (path: string) => (await stat(path)).mode & 0o7777;
  const take = async (dataDir: string) => (await takeDataFolder(dataDir, silent)).release();

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'boxoffice-data-'));
  });
  afterEach(() => rm(parent, { recursive: true }));

  it('is made for its owner alone', async () => {
    const dataDir = join(parent, 'some', 'where');
    await take(dataDir);
    expect(await modeOf(dataDir)).toBe(0o700);
  });

  it('that others could look into is closed to them, with what lies in it', async () => {
    const dataDir = join(parent, 'data');
    for (const name of ['lock', 'logs']) await mkdir(join(dataDir, name), { recursive: true });
    const [database, keys, elsewhere] = [
      join(dataDir, 'temporal.db'),
      join(dataDir, 'keys.json'),
      join(parent, 'other'),
    ];
    await writeFile(database, 'workflows');
    await writeFile(keys, '{}', { mode: 0o600 });
    await writeFile(elsewhere, 'not ours');
    await symlink(elsewhere, join(dataDir, 'link'));
    for (const folder of [dataDir, join(dataDir, 'logs')]) await chmod(folder, 0o755);
    for (const file of [database, elsewhere]) await chmod(file, 0o644);
    await take(dataDir);
    const modes = await Promise.all([dataDir, join(dataDir, 'logs'), database, keys, elsewhere].map(modeOf));
    expect(modes).toEqual([0o700, 0o700, 0o600, 0o600, 0o644]);
    expect(await readFile(database, 'utf8')).toBe('workflows');
  });

  it('that has files of something else is refused, and left as it is', async () => {
    const file = join(parent, 'site.html');
    await writeFile(file, 'not ours');
    await chmod(file, 0o644);
    await chmod(parent, 0o755);
    await expect(takeDataFolder(parent, silent)).rejects.toThrow(DataFolderOpen);
    await expect(takeDataFolder(parent, silent)).rejects.toThrow(
      'has files of something else in it; set BOXOFFICE_DATA_DIR',
    );
    expect(await Promise.all([parent, file].map(modeOf))).toEqual([0o755, 0o644]);
    expect(await readdir(parent)).toEqual(['site.html']);
  });

  it('that is there for everybody is refused, and left as it is', async () => {
    await chmod(parent, 0o1777);
    await expect(takeDataFolder(parent, silent)).rejects.toThrow(DataFolderOpen);
    await expect(takeDataFolder(parent, silent)).rejects.toThrow('BOXOFFICE_DATA_DIR');
    expect(await modeOf(parent)).toBe(0o1777);
    expect(await readdir(parent)).toEqual([]);
  });
});
