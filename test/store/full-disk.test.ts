import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { migrate } from '../../src/runtime/migrate';
import { anyFreePort } from '../../src/runtime/ports';
import {
  postgresServerCommand,
  postgresUrl,
  preparePostgres,
  waitForPostgres,
} from '../../src/runtime/postgres-server';
import { connect, probeWriting } from '../../src/store';
import { createTestDatabase } from '../support/database';
import { SmallDisk } from '../support/small-disk';

const TIME_LIMIT_MS = 120_000;
const STARTS_WITHIN_MS = 60_000;
const DISK_MEGABYTES = 512;

describe('the probe of writing', () => {
  it('writes a file, and leaves nothing of it', async () => {
    const { url, drop } = await createTestDatabase();
    const database = connect(url, () => undefined, { connections: 1 });
    const plan = await database.query<{ 'QUERY PLAN': string }>(
      `SET work_mem = '64kB'; EXPLAIN (ANALYZE, BUFFERS) SELECT count(*) FROM generate_series(1, 40000)`,
    );
    expect(JSON.stringify(plan)).toMatch(/temp read=\d+ written=\d+/);
    await probeWriting(database);
    await database.end();
    await drop();
  });

  const disk = SmallDisk.mount(DISK_MEGABYTES);
  (disk ? it : it.skip)(
    `fails as of a full disk on one, and succeeds again once there is room${disk ? '' : ' (skipped: no disk can be mounted here)'}`,
    async () => {
      if (!disk) return;
      const cluster = await preparePostgres({ dataDir: join(disk.folder, 'postgres'), port: await anyFreePort() });
      const { command, args, account } = postgresServerCommand(cluster, { durable: true });
      const server = spawn(command, args, { cwd: '/', stdio: 'ignore', ...account });
      const ended = once(server, 'exit');
      let database: Pool | undefined;
      try {
        const url = postgresUrl(cluster, 'postgres');
        await waitForPostgres(url, STARTS_WITHIN_MS, new AbortController().signal);
        await migrate(url);
        database = connect(url, () => undefined, { connections: 1 });
        await probeWriting(database);
        await disk.fill();
        await expect(probeWriting(database)).rejects.toMatchObject({ code: '53100' });
        await disk.free();
        await probeWriting(database);
      } finally {
        await database?.end();
        server.kill('SIGINT');
        await ended;
        disk.unmount();
      }
    },
    TIME_LIMIT_MS,
  );
});
