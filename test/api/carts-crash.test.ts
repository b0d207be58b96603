import type { WorkerProcess } from '../support/box-office-stack';
import { CartClient, cartIn } from '../support/cart-client';
import { brokenCarts } from '../support/cart-rules';
import { eventually } from '../support/eventually';
import { describeBoxOffice } from './box-office';

const CARTS = 30;
const CRASHES = 3;
const OUTAGE_MS = 30_000;

describeBoxOffice(
  'carts that are checked out while workers are killed',
  (open) => {
    let worker: WorkerProcess;
    beforeAll(async () => {
      worker = await open().stack.startWorker();
    });

    const checkedOut = async () => {
      const { database } = open().stack;
      const { rows } = await database.query<{ count: number }>(
        `SELECT count(*)::int FROM events WHERE type = 'CheckedOut'`,
      );
      return rows[0]?.count ?? 0;
    };

    /** Two tickets of each pool. */
    const cartOf = async (customerId: string, pools: readonly string[]) => {
      const cart = await CartClient.create(open().client, customerId);
      for (const pool of pools) cartIn(await cart.add({ pool, quantity: 2 }));
      return cart;
    };

    test('are checked out if and only if their purchase was reserved', async () => {
      const { client, stack } = open();
      for (let round = 1; round <= CRASHES; round += 1) {
        // There is enough for half of them, and each is asked for twice.
        const pools = await Promise.all(Array.from({ length: 3 }, () => client.createPool({ capacity: CARTS })));
        const names = pools.map(({ name }) => name);
        const carts = await Promise.all(Array.from({ length: CARTS }, (_, nth) => cartOf(`buyer-${nth}`, names)));
        const before = await checkedOut();
        const asked = Promise.all([...carts, ...carts].map((cart) => cart.checkout({ wait: 0 })));
        await eventually(async () => (await checkedOut()) > before);
        await worker.end('SIGKILL');
        worker = await stack.startWorker();
        const taken = (await asked)
          .filter(({ status }) => status === 202)
          .map(({ body }) => (body as { id: string }).id);
        await eventually(async () => {
          const purchases = await Promise.all(taken.map((id) => client.purchase(id)));
          expect(purchases.filter(({ status }) => status === 'requested')).toEqual([]);
        });
        expect(await brokenCarts(stack.database)).toEqual([]);
        const shown = await Promise.all(carts.map((cart) => cart.show()));
        const closed = shown.filter(({ status }) => status === 'checked-out');
        expect(closed).toHaveLength(CARTS / 2);
        expect(taken).toEqual(expect.arrayContaining(closed.map(({ purchaseId }) => purchaseId)));
        for (const name of names) expect(await client.pool(name)).toMatchObject({ claimed: CARTS, available: 0 });
      }
    });
  },
  { workers: 0, longestOutageMs: OUTAGE_MS },
);
