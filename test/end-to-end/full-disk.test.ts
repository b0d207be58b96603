import { join } from 'node:path';
import { eventually } from '../support/eventually';
import { Premises } from '../support/npm-start';
import { ShopClient } from '../support/shop-client';
import { SmallDisk } from '../support/small-disk';

const TOLD_WITHIN_MS = 15_000;
const DISK_MEGABYTES = 512;

describe('npm start on a disk that runs full', () => {
  const premises = new Premises();
  const disk = SmallDisk.mount(DISK_MEGABYTES);
  afterAll(async () => {
    await premises.close();
    disk?.unmount();
  });

  (disk ? it : it.skip)(
    `is unready within 15 seconds, names the disk, and sells again once there is room${disk ? '' : ' (skipped: no disk can be mounted here)'}`,
    async () => {
      if (!disk) return;
      const boxoffice = await premises.open(join(disk.folder, 'data'));
      const client = new ShopClient(boxoffice);
      const { name } = await client.createPool({ capacity: 10 });
      await disk.fill();
      await eventually(
        async () => {
          const { status, body } = await client.call('/health/ready');
          expect(status).toBe(503);
          expect((body as { away: string[] }).away).toContain('disk');
        },
        { within: TOLD_WITHIN_MS },
      );
      await disk.free();
      await eventually(async () => expect(await client.call('/health/ready')).toMatchObject({ status: 200 }));
      const { id } = await client.reserve(name);
      expect(await client.pay(id)).toMatchObject({ status: 200 });
    },
  );
});
