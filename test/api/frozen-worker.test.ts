import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import { lockEvents } from '../support/table-lock';
import { describeBoxOffice } from './box-office';
import { ledgerOf } from './money';

const HOLD_SECONDS = 20;
/** After the hold's end, a frozen worker and a locked table. */
const ENDS_WITHIN_MS = 30_000;

describeBoxOffice(
  'a worker that stands still twice before the end of a hold, beside a locked table,',
  (open) => {
    test('leaves the purchase that is paid meanwhile confirmed, or ended with its money back', async () => {
      const { client, stack } = open();
      const { name } = await client.createPool({ holdSeconds: HOLD_SECONDS });
      const { id, expiresAt = '' } = await client.reserve(name);
      const secondsBeforeTheEnd = (seconds: number) =>
        pause(Math.max(0, Date.parse(expiresAt) - seconds * 1_000 - Date.now()));

      await secondsBeforeTheEnd(15);
      const unlock = await lockEvents(stack.databaseUrl);
      const unlocked = secondsBeforeTheEnd(-0.8).then(unlock);
      await secondsBeforeTheEnd(14.6);
      expect(await client.pay(id, { wait: 0 })).toMatchObject({ status: 202 });
      for (const [from, to] of [
        [14.1, 8.7],
        [8.2, 3.0],
      ] as const) {
        await secondsBeforeTheEnd(from);
        stack.worker.freeze();
        await secondsBeforeTheEnd(to);
        stack.worker.thaw();
      }
      await unlocked;

      const { status } = await eventually(async () => {
        const purchase = await client.purchase(id);
        return purchase.status !== 'reserved' && purchase.status !== 'paying' && purchase;
      });
      expect(['confirmed', 'expired', 'refunded']).toContain(status);
      expect(await client.pool(name)).toMatchObject({ claimed: 0, sold: status === 'confirmed' ? 1 : 0 });
    });
  },
  { longestOutageMs: ENDS_WITHIN_MS },
);

describeBoxOffice(
  'a table that is locked from before the end of a hold until after its grace',
  (open) => {
    test('lets nobody pay who asked meanwhile: the tickets are given back, and whatever money was taken', async () => {
      const { client, stack } = open();
      const { name } = await client.createPool({ holdSeconds: 6 });
      const held = await Promise.all([client.reserve(name), client.reserve(name)]);
      const end = Math.max(...held.map(({ expiresAt = '' }) => Date.parse(expiresAt)));
      const after = (milliseconds: number) => pause(Math.max(0, end + milliseconds - Date.now()));

      await after(-2_000);
      const unlock = await lockEvents(stack.databaseUrl);
      const [quick, slow] = held.map(({ id }, index) => client.pay(id, { token: index === 0 ? 'tok_ok' : 'tok_slow' }));
      await after(10_000);
      await unlock();
      for (const answer of [await quick, await slow]) expect([409, 410]).toContain(answer?.status);
      await eventually(async () => {
        for (const { id } of held) expect(['expired', 'refunded']).toContain((await client.purchase(id)).status);
      });
      expect(await client.pool(name)).toMatchObject({ claimed: 0, sold: 0 });
      await eventually(async () => {
        for (const { id } of held) expect([0, 2]).toContain((await ledgerOf(stack.database, id)).length);
      });
    });
  },
  { longestOutageMs: ENDS_WITHIN_MS },
);
