import { poolsAnswer } from '../../api/pool-schemas';
import { type Pool, type Purchase, parsed } from '../support/api-client';
import { CartClient } from '../support/cart-client';
import { LiveClient } from '../support/live-client';
import { ShowClient } from '../support/show-client';
import { describeBoxOffice } from './box-office';

const nothingFree = { available: 0, soldOut: false, allHeld: true };

const earliest = (purchases: readonly Purchase[]) => purchases.map(({ expiresAt }) => expiresAt).sort()[0];

describeBoxOffice('a pool whose last tickets others hold', (open) => {
  test('is not sold out before they are bought, and says when the next hold may end', async () => {
    const { client } = open();
    const { name } = await client.createPool({ capacity: 2 });
    const [first, second] = [
      await client.reserve(name, { customerId: 'alice' }),
      await client.reserve(name, { customerId: 'bob' }),
    ];
    expect(await client.pool(name)).toMatchObject({ ...nothingFree, claimed: 2, nextReleaseAt: first.expiresAt });

    await client.pay(first.id);
    expect(await client.pool(name)).toMatchObject({ ...nothingFree, claimed: 1, nextReleaseAt: second.expiresAt });
    await client.pay(second.id);
    const sold = await client.pool(name);
    expect(sold).toMatchObject({ available: 0, sold: 2, soldOut: true, allHeld: false });
    expect(sold.nextReleaseAt).toBeUndefined();
  });

  test('has them again when the hold ends that was said to', async () => {
    const { client } = open();
    const { name } = await client.createPool({ capacity: 1, holdSeconds: 1 });
    const { id, expiresAt } = await client.reserve(name);
    expect(await client.pool(name)).toMatchObject({ ...nothingFree, nextReleaseAt: expiresAt });
    await client.becomes(id, 'expired');
    const free = await client.pool(name);
    expect(free).toMatchObject({ available: 1, soldOut: false, allHeld: false });
    expect(free.nextReleaseAt).toBeUndefined();
  });

  test('says the next end of a hold where holds that began later end sooner', async () => {
    const { client } = open();
    const long = await client.createPool({ capacity: 3, holdSeconds: 600 });
    const short = await client.createPool({ holdSeconds: 60 });
    const items = [long, short].map(({ name: pool }) => ({ pool, quantity: 1 }));
    const lasting = await client.reserve(long.name);
    const both = (await client.buyLines(items, { customerId: 'bob' })).body as Purchase;
    const last = await client.reserve(long.name, { customerId: 'carol' });
    expect(earliest([lasting, both, last])).toBe(both.expiresAt);
    expect(await client.pool(long.name)).toMatchObject({ ...nothingFree, nextReleaseAt: both.expiresAt });
    await client.cancel(both.id);
    expect(await client.pool(long.name)).toMatchObject({ available: 1, nextReleaseAt: lasting.expiresAt });
    await client.cancel(lasting.id);
    expect(await client.pool(long.name)).toMatchObject({ available: 2, nextReleaseAt: last.expiresAt });
  });

  test('says the same in lists, live views, carts and the sections of shows', async () => {
    const { client } = open();
    const shows = new ShowClient(client);
    const price = { amount: 5_000, currency: 'EUR' };
    const { name, sections } = await shows.onSale({ sections: [{ name: 'stalls', capacity: 2, price }] });
    const pool = sections[0]?.pool ?? '';
    const cart = await CartClient.of(client, { pool, quantity: 1 });
    const live = await LiveClient.open(`${client.url}/v1/pools/${pool}/live`);
    try {
      const { expiresAt } = await client.reserve(pool, { quantity: 2 });
      const told = { ...nothingFree, nextReleaseAt: expiresAt };
      expect((await live.shows(({ claimed }: Pool) => claimed === 2)).data).toMatchObject(told);
      const { pools } = parsed(poolsAnswer, await client.call('GET', '/v1/pools?limit=200'), 200);
      expect(pools.find((each) => each.name === pool)).toMatchObject(told);
      expect((await cart.show()).items).toMatchObject([{ pool, ...told }]);
      expect((await shows.show(name)).sections).toMatchObject([{ pool, ...told }]);
    } finally {
      live.close();
    }
  });
});
