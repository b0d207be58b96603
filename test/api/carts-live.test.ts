import { keys } from '../support/box-office-stack';
import { type Cart, CartClient, cartIn } from '../support/cart-client';
import { euros } from '../support/domain-events';
import { LiveClient } from '../support/live-client';
import { describeBoxOffice } from './box-office';

/** So rarely that nothing is told by it: what is told is told by word of a commit. */
const live = { pollMilliseconds: 600_000 };

describeBoxOffice(
  'the live view of a cart',
  (open) => {
    const clients: LiveClient[] = [];
    const follow = async (id: string, headers: Record<string, string> = {}, url = open().client.url) => {
      const client = await LiveClient.open(`${url}/v1/carts/${id}/live`, {
        Authorization: `Bearer ${keys.shop}`,
        ...headers,
      });
      clients.push(client);
      return client;
    };
    afterEach(() => {
      for (const client of clients.splice(0)) client.close();
    });

    const firstItem = (probe: (item: Cart['items'][number]) => boolean) => (cart: Cart) => {
      const [item] = cart.items;
      return item !== undefined && probe(item);
    };

    test('tells what changes in the cart, and its end', async () => {
      const { client } = open();
      const { name } = await client.createPool();
      const cart = await CartClient.create(client);
      const live = await follow(cart.id);
      await live.shows(({ items }: Cart) => items.length === 0);
      cartIn(await cart.add({ pool: name, quantity: 2 }));
      await live.shows(({ items }: Cart) => items.length === 1);
      cartIn(await cart.change(name, { quantity: 1 }));
      await live.shows(firstItem(({ quantity }) => quantity === 1));
      cartIn(await cart.undo());
      await live.shows(firstItem(({ quantity }) => quantity === 2));
      expect(await cart.checkout()).toMatchObject({ status: 201 });
      const { data, id, event } = await live.shows(({ status }: Cart) => status === 'checked-out');
      expect(data).toEqual(await cart.show());
      expect({ event, id }).toEqual({ event: 'cart', id: (data as Cart).position });
      const ids = live.events.map((each) => each.id);
      expect(ids).toEqual([...ids].sort((one, other) => one - other));
    });

    test('tells what changes in each of its pools, for as long as it has a line of them', async () => {
      const { client } = open();
      const [early, late] = [await client.createPool(), await client.createPool()];
      const cart = await CartClient.of(client, early.name);
      const live = await follow(cart.id);
      await client.reserve(early.name);
      await live.shows(firstItem(({ claimed }) => claimed === 1));
      cartIn(await cart.add({ pool: late.name, quantity: 1 }));
      await client.reserve(late.name, { quantity: 3 });
      await live.shows(({ items }: Cart) => items[1]?.claimed === 3);
      await client.steer(late.name, 'reprice', { price: euros(70) });
      await live.shows(({ items }: Cart) => items[1]?.price.amount === 7_000);
      await client.steer(late.name, 'stop', { reason: 'rain', holds: 'honour' });
      await live.shows(({ items }: Cart) => items[1]?.poolStatus === 'stopped');
      expect(live.last?.data).toEqual(await cart.show());

      cartIn(await cart.remove(early.name));
      await live.shows(({ items }: Cart) => items.length === 1);
      const told = live.events.length;
      await client.reserve(early.name);
      await client.steer(late.name, 'resume');
      await live.shows(firstItem(({ poolStatus }) => poolStatus === 'on-sale'));
      expect(live.events).toHaveLength(told + 1);
    });

    test('goes on from what was seen, and tells it in every process', async () => {
      const { client, stack } = open();
      const other = await stack.startApi({ live });
      const { name } = await client.createPool();
      const cart = await CartClient.of(client, name);
      const { position } = await cart.show();
      const seen = { 'Last-Event-ID': String(position) };
      const [here, there] = [await follow(cart.id, seen), await follow(cart.id, seen, other.url)];
      await client.reserve(name);
      const tells = firstItem(({ claimed }) => claimed === 1);
      const [one, two] = [await here.shows(tells), await there.shows(tells)];
      expect(one).toEqual(two);
      expect(here.events).toEqual([one]);
      const behind = await follow(cart.id, seen);
      await behind.shows(tells);
      expect(behind.events).toEqual([one]);
      await other.stop();
      expect(there.ended).toBeDefined();
    });

    test('tells many carts of one pool', async () => {
      const { client } = open();
      const { name } = await client.createPool();
      const carts = await Promise.all(Array.from({ length: 20 }, () => CartClient.of(client, name)));
      const lives = await Promise.all(carts.map(({ id }) => follow(id)));
      await client.reserve(name, { quantity: 4 });
      for (const live of lives) await live.shows(firstItem(({ available }) => available === 6));
    });
  },
  { live },
);
