import { eventually } from '../support/eventually';
import { describeBoxOffice } from './box-office';
import { workOtherwise } from './other-workflows';

const HOLD_SECONDS = 30;
/** The hold, the audit of each minute that sees who is open beyond it, and a machine that does much else. */
const FREED_WITHIN_MS = 180_000;

describeBoxOffice(
  'A purchase whose history does not fit the code',
  (open) => {
    test('is started anew from its stream once its hold is over: its tickets and its money are given back', async () => {
      const { client, stack } = open();
      const changed = await workOtherwise(stack, 'changed-workflows');
      const { name } = await client.createPool({ holdSeconds: HOLD_SECONDS });
      const { id } = await client.reserve(name);
      await changed.stop();

      await stack.startWorker();
      await client.pay(id, { wait: 0 });
      const freed = await eventually(async () => {
        const purchase = await client.purchase(id);
        return purchase.status !== 'reserved' && purchase.status !== 'paying' && purchase;
      });
      expect(freed.status).toBe('expired');
      expect(await client.pool(name)).toMatchObject({ available: 10, claimed: 0 });
      expect(stack.workerLogs.join('\n')).toContain('failed one after the other');
    });
  },
  { workers: 0, longestOutageMs: FREED_WITHIN_MS },
);
