import { chmod, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { anyFreePort } from '../../src/runtime/ports';
import { preparePostgres, runningPostgresUrl, startPostgres } from '../../src/runtime/postgres-server';
import { identify, isRunning } from '../../src/runtime/processes';

/** Holds for every account. Root has to run Postgres under another one, which the folder is closed to. */
describe('Postgres in a folder that is closed to all but its owner', () => {
  let closed = '';
  beforeAll(async () => {
    closed = await mkdtemp(join(tmpdir(), "boxoffice's closed "));
    await chmod(closed, 0o700);
  });
  afterAll(() => rm(closed, { recursive: true }));

  const start = async () =>
    startPostgres({ dataDir: join(closed, 'postgres'), port: await anyFreePort(), durable: false });

  async function rowsOf(url: string, sql: string): Promise<unknown[]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  it('keeps its data there, over restarts', async () => {
    const first = await start();
    await rowsOf(first.url, 'CREATE TABLE kept AS SELECT 1 AS one');
    expect(await runningPostgresUrl(join(closed, 'postgres'), 'postgres')).toBe(first.url);
    await first.stop();
    const cluster = join(closed, 'postgres', 'cluster');
    expect(await realpath(cluster)).toBe(await realpath(closed).then((path) => join(path, 'postgres', 'cluster')));
    expect(await readdir(cluster)).toContain('PG_VERSION');
    const second = await start();
    expect(await rowsOf(second.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
    await second.stop();
  });

  it('that was left running is ended before another one is prepared', async () => {
    const { pid } = await start();
    const left = identify(pid);
    await preparePostgres({ dataDir: join(closed, 'postgres'), port: 0 });
    expect(left && isRunning(left)).toBe(false);
  });
});
