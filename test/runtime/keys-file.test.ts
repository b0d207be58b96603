import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/runtime/config';
import { keysOf, keysSetting } from '../../src/runtime/keys-file';

describe('the keys file', () => {
  let dataDir = '';
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'boxoffice-keys-'));
  });
  afterEach(() => rm(dataDir, { recursive: true }));

  it('is made once, with one key of each role, for its owner alone', async () => {
    const made = await keysOf(dataDir);
    expect(made).toMatchObject({ isNew: true, path: join(dataDir, 'keys.json') });
    expect(Object.keys(made.keys)).toEqual(['shop', 'promoter', 'gate', 'operator']);
    expect((await stat(made.path)).mode & 0o777).toBe(0o600);
    expect(await keysOf(dataDir)).toEqual({ ...made, isNew: false });
  });

  it('is the same for all who ask for it at once', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => keysOf(dataDir)));
    expect(new Set(answers.map(({ keys }) => keys.shop)).size).toBe(1);
    expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
  });

  it('gives a setting that is accepted', async () => {
    const { keys } = await keysOf(dataDir);
    const setting = keysSetting(keys);
    expect(readConfig({ BOXOFFICE_KEYS: setting }).keys).toBe(setting);
    expect(setting.split(',')).toContain(`promoter:promoter:${keys.promoter}`);
  });

  it('that somebody has spoilt is named, and not replaced', async () => {
    const path = join(dataDir, 'keys.json');
    await writeFile(path, '{"shop":"sk_1"}');
    await expect(keysOf(dataDir)).rejects.toThrow(path);
    await expect(keysOf(dataDir)).rejects.toThrow(path);
  });
});
