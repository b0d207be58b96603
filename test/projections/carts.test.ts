import { randomUUID } from 'node:crypto';
import { type CartCommands, cartCommitOptions, createCartCommands } from '../../activities';
import { type CartView, cartsById } from '../../src/projections';
import { GroupCommit } from '../../src/store';
import { lineOfCart } from '../support/cart-events';
import { type OpenStore, openStore } from '../support/event-store';

describe('carts as they are read', () => {
  let store: OpenStore;
  let carts: CartCommands;
  beforeAll(async () => {
    store = await openStore();
    carts = createCartCommands({ committer: new GroupCommit(store.database, cartCommitOptions), newId: randomUUID });
  });
  afterAll(() => store.close());

  const allowed = () => undefined;
  const read = (ids: readonly string[], known: readonly CartView[] = []) =>
    cartsById(store.database, ids, new Map(known.map((view) => [view.id, view])));
  async function only(id: string, ...known: CartView[]): Promise<CartView> {
    const [view, ...others] = await read([id], known);
    if (!view || others.length > 0) throw new Error('one cart was to be read');
    return view;
  }
  async function cartOf(...pools: string[]): Promise<string> {
    const id = randomUUID();
    await carts.createCart(id, { customerId: 'alice' });
    for (const pool of pools) await carts.addItem(id, lineOfCart(pool, 1), allowed);
    return id;
  }

  it('are those that exist, each with its own events', async () => {
    const [one, two] = [await cartOf('stalls'), await cartOf('circle', 'gods')];
    const views = await read([one, randomUUID(), two]);
    expect(new Map(views.map(({ id, cart }) => [id, cart.items.map(({ pool }) => pool)]))).toEqual(
      new Map([
        [one, ['stalls']],
        [two, ['circle', 'gods']],
      ]),
    );
  });

  it('are the same with what was known before, however much of it that is', async () => {
    const id = await cartOf();
    const known = [await only(id)];
    for (const pool of ['stalls', 'circle', 'gods']) {
      await carts.addItem(id, lineOfCart(pool, 1), allowed);
      known.push(await only(id));
    }
    const now = await only(id);
    for (const view of known) expect(await only(id, view)).toEqual(now);
    expect(await only(id, now)).toBe(now);
  });

  it('are never what is known of another history', async () => {
    const id = await cartOf('stalls');
    const now = await only(id);
    const known: CartView[] = [
      { ...now, cart: { ...now.cart, version: 1, items: [lineOfCart('gods', 9)] } },
      { ...now, position: now.position + 1, cart: { ...now.cart, items: [] } },
      { ...now, position: now.position + 9, cart: { ...now.cart, version: 7, items: [] } },
    ];
    for (const view of known) expect(await only(id, view)).toEqual(now);
    const lost = randomUUID();
    expect(await read([lost, id], [{ ...now, id: lost }])).toEqual([now]);
  });
});
