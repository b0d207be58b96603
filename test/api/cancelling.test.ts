import { problemIn, purchaseIn } from '../support/api-client';
import { eventually } from '../support/eventually';
import { describeBoxOffice } from './box-office';
import { ledgerOf } from './money';

describeBoxOffice('cancelling', (open) => {
  const reserve = async () => {
    const { client } = open();
    const pool = await client.createPool();
    return { client, pool: pool.name, id: (await client.reserve(pool.name, { quantity: 2 })).id };
  };

  test('gives the tickets back, now or as soon as may be, and twice is as good as once', async () => {
    const { client, pool, id } = await reserve();
    expect(purchaseIn(await client.cancel(id))).toMatchObject({ id, status: 'cancelled' });
    expect(await client.pool(pool)).toMatchObject({ available: 10, claimed: 0 });
    expect(purchaseIn(await client.cancel(id))).toMatchObject({ status: 'cancelled' });

    const other = (await client.reserve(pool)).id;
    expect(await client.cancel(other, 0)).toMatchObject({ status: 202, body: { id: other } });
    expect((await client.becomes(other, 'cancelled')).failure).toMatchObject({ purchaseStatus: 'cancelled' });
  });

  test('what is paid or failed is answered 409', async () => {
    const { client, id } = await reserve();
    await client.pay(id);
    const refused = problemIn(await client.cancel(id), 'purchase-not-cancellable', 409);
    expect(refused).toMatchObject({ purchaseStatus: 'confirmed' });
  });

  test('while the money is being taken gives the tickets back at once, and keeps no money', async () => {
    const { client, pool, id } = await reserve();
    const paying = client.pay(id, { token: 'tok_slow' });
    await client.becomes(id, 'paying');
    expect(purchaseIn(await client.cancel(id)).status).toMatch(/^(cancelled|refunded)$/);
    expect(await client.pool(pool)).toMatchObject({ available: 10, claimed: 0 });
    problemIn(await paying, 'purchase-not-payable', 409);
    const { database } = open().stack;
    // The capture may still be under way: it settles as voided, or is refunded.
    await eventually(async () => {
      const { rows } = await database.query('SELECT status FROM payment_simulator.payments WHERE purchase_id = $1', [
        id,
      ]);
      return rows.length === 1 && ['voided', 'refunded'].includes(rows[0].status);
    });
    const balance = (await ledgerOf(database, id)).map(({ kind }) => kind);
    expect([[], ['capture', 'refund']]).toContainEqual(balance);
  });

  test('and paying at once ends one way, and the money follows', async () => {
    const { client, pool, id } = await reserve();
    const [paid, cancelled] = await Promise.all([client.pay(id), client.cancel(id)]);
    const { status } = await eventually(async () => {
      const purchase = await client.purchase(id);
      return ['confirmed', 'cancelled', 'refunded'].includes(purchase.status) && purchase;
    });
    const isSold = status === 'confirmed';
    expect([paid.status, cancelled.status]).toEqual(isSold ? [200, 409] : [409, 200]);
    expect(await client.pool(pool)).toMatchObject(isSold ? { sold: 2 } : { available: 10 });
    await eventually(async () => {
      const kinds = (await ledgerOf(open().stack.database, id)).map(({ kind }) => kind);
      return isSold ? kinds.join() === 'capture' : ['', 'capture,refund'].includes(kinds.join());
    });
  });
});
