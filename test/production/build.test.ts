import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from './compose-file';

const run = promisify(execFile);

/** Each program of docker-compose.yml, with a setting that it cannot do without. */
const programs = [
  ['api.js', 'DATABASE_URL'],
  ['worker.js', 'DATABASE_URL'],
  ['migrate.js', 'DATABASE_URL'],
  ['prepare-temporal.js', 'TEMPORAL_ADDRESS'],
] as const;

describe('npm run build', () => {
  beforeAll(() => run(process.execPath, ['scripts/run.mjs', 'scripts/build.ts'], { cwd: repository }));

  it.each(programs)('makes %s, which loads in plain Node and names the setting it misses', async (program, setting) => {
    const started = run(process.execPath, [join('dist/src/runtime', program)], { cwd: repository, env: {} });
    await expect(started).rejects.toMatchObject({
      code: expect.any(Number),
      stderr: expect.stringMatching(new RegExp(`^boxoffice: ${setting} must be set.*\n$`)),
    });
  });

  it('puts the migrations where the built program looks for them', () => {
    expect(existsSync(join(repository, 'dist/src/store/migrations/001_event-store.sql'))).toBe(true);
  });

  it('puts the event model and what browsers load beside the built API', () => {
    const files = ['event-model.json', 'browser/events.js', 'browser/events.css'];
    expect(files.filter((file) => !existsSync(join(repository, 'dist/api', file)))).toEqual([]);
  });

  it('bundles the workflows without zod, which is too heavy for every workflow to hold', () => {
    const bundle = readFileSync(join(repository, 'dist/workflow-bundle.js'), 'utf8');
    expect(bundle).toContain('workflows/purchase.ts');
    expect(bundle).not.toContain('node_modules/zod');
  });
});
