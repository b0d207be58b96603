import { readyAnswer } from '../../api/schemas';
import { ApiClient, parsed } from '../support/api-client';
import type { RunningApi, WorkerProcess } from '../support/box-office-stack';
import { eventually } from '../support/eventually';
import { SmallDisk } from '../support/small-disk';
import { describeBoxOffice } from './box-office';

/** What the issue grants: who asks for readiness hears of a part that is away within this. */
const TOLD_WITHIN_MS = 15_000;
const DISK_MEGABYTES = 64;

async function away({ url }: Pick<RunningApi, 'url'>): Promise<readonly string[]> {
  const answer = await new ApiClient({ url }).call('GET', '/health/ready');
  const { status, away } = parsed(readyAnswer, answer, answer.status);
  expect(answer.status).toBe(away.length === 0 ? 200 : 503);
  expect(status).toBe(away.length === 0 ? 'ready' : 'not-ready');
  return away;
}

describeBoxOffice(
  'readiness',
  (open) => {
    const becomes = (parts: readonly string[], api: Pick<RunningApi, 'url'> = open().stack.api) =>
      eventually(async () => expect(await away(api)).toEqual(parts), { within: TOLD_WITHIN_MS });
    const heard = async () => {
      const { rows } = await open().stack.database.query<{ heard: number }>(
        `SELECT count(*)::integer AS heard FROM worker_heartbeats WHERE seen_at > now() - interval '10 seconds'`,
      );
      return rows[0]?.heard;
    };

    let worker: WorkerProcess;
    beforeAll(async () => {
      worker = await open().stack.startWorker();
      await becomes([]);
    });

    test('names the worker within 15 seconds when the only one stands still, and is there again with it', async () => {
      worker.freeze();
      await becomes(['worker']);
      worker.thaw();
      await becomes([]);
    });

    test('stays while one of two workers stands still', async () => {
      const other = await open().stack.startWorker();
      await eventually(async () => expect(await heard()).toBe(2));
      other.freeze();
      await eventually(async () => expect(await heard()).toBe(1), { within: TOLD_WITHIN_MS });
      expect(await away(open().stack.api)).toEqual([]);
      other.thaw();
      await other.end('SIGTERM');
      expect(await away(open().stack.api)).toEqual([]);
    });

    const disk = SmallDisk.mount(DISK_MEGABYTES);
    afterAll(() => disk?.unmount());

    (disk ? test : test.skip)(
      `names the disk of the data folder when it is full${disk ? '' : ' (skipped: no disk can be mounted here)'}`,
      async () => {
        if (!disk) return;
        const api = await open().stack.startApi({ dataDir: disk.folder });
        await becomes([], api);
        await disk.fill();
        await becomes(['disk'], api);
        await disk.free();
        await becomes([], api);
        await api.stop();
      },
    );
  },
  { workers: 0 },
);
