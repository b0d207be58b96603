import { randomUUID } from 'node:crypto';
import { purchaseOf } from '../support/box-office';
import { euros } from '../support/domain-events';
import { Shop } from './shop';

describe.each(['whole', 'changes'] as const)('an audit of carts (%s)', (scope) => {
  let shop: Shop;
  let cart: string;
  beforeEach(async () => {
    shop = await Shop.open();
    cart = `cart-${randomUUID()}`;
  });
  afterEach(() => shop.close());

  const event = (type: string, data: object = {}) => ({ type, data });
  const created = event('CartCreated', { customerId: 'alice' });
  const added = () => event('ItemAdded', { pool: shop.pool, quantity: 1 });
  const checkedOut = ({ purchaseId }: { purchaseId: string }, total = euros(50)) =>
    event('CheckedOut', { purchaseId, total });
  const breaches = async () =>
    (await shop.audit(scope)).flatMap(({ id, sentences }) => (id === 'carts' ? sentences : []));

  it('finds nothing in carts that are filled, and in one that became a purchase', async () => {
    await shop.forge(`cart-${randomUUID()}`, created, added(), event('ItemRemoved', { pool: shop.pool }));
    await shop.forge(cart, created, added(), checkedOut(await shop.reserved()));
    expect(await breaches()).toEqual([]);
    const finding = (await shop.audit(scope)).find(({ id }) => id === 'carts');
    expect(finding?.counted).toEqual({ carts: 2, 'checked out': 1, 'reserved from carts': 0 });
  });

  describe('from which a purchase was asked for', () => {
    const cartId = randomUUID();
    const reservedFrom = async (version: number) => {
      await shop.forge(`cart-${cartId}`, created, added());
      const request = { ...purchaseOf(shop.pool, 'alice'), cart: { id: cartId, version: 2 } };
      await shop.connection.query(
        `INSERT INTO purchase_requests (purchase_id, key_holder, idempotency_key, body_hash, customer_id, items, cart)
         VALUES ($1, 'web', 'a-key', 'hash', 'alice', $2, $3)`,
        [request.purchaseId, JSON.stringify(request.items), { id: cartId, version }],
      );
      await shop.reserved(request);
      return request.purchaseId;
    };

    it('finds nothing where it was checked out with the reservation', async () => {
      await reservedFrom(2);
      expect(await breaches()).toEqual([]);
      const finding = (await shop.audit(scope)).find(({ id }) => id === 'carts');
      expect(finding?.counted).toEqual({ carts: 1, 'checked out': 1, 'reserved from carts': 1 });
    });

    it('finds one that was checked out as it was at another time', async () => {
      const id = await reservedFrom(1);
      expect(await breaches()).toEqual([
        `${id} was reserved from version 1 of cart-${cartId}, and checked out version 2`,
      ]);
    });

    it('finds one that was not checked out', async () => {
      const id = await reservedFrom(2);
      await shop.tamper(`DELETE FROM events WHERE type = 'CheckedOut'`);
      expect(await breaches()).toEqual([`${id} was reserved from version 2 of cart-${cartId}, and checked out none`]);
    });
  });

  it('finds a cart that was checked out twice, or goes on after that', async () => {
    const [one, other] = [await shop.reserved(), await shop.reserved()];
    await shop.forge(cart, created, added(), checkedOut(one), checkedOut(other), added());
    expect(await breaches()).toEqual([
      `${cart} goes on with CheckedOut after it was checked out`,
      `${cart} goes on with ItemAdded after it was checked out`,
    ]);
  });

  it('finds a cart that became no purchase, or one that was refused', async () => {
    const nothing = { purchaseId: randomUUID() };
    const refused = await shop.reserved(purchaseOf({ [shop.pool]: 50 }, 'alice'));
    const other = `cart-${randomUUID()}`;
    await shop.forge(cart, created, checkedOut(nothing));
    await shop.forge(other, created, checkedOut(refused));
    expect(new Set(await breaches())).toEqual(
      new Set([
        `${cart} was checked out as ${nothing.purchaseId}, which is none`,
        `${other} was checked out as ${refused.purchaseId}, which begins with PurchaseRejected`,
      ]),
    );
  });

  it('finds a cart whose purchase costs something else, or is of another customer', async () => {
    await shop.forge(cart, created, checkedOut(await shop.reserved(), euros(49)));
    const other = `cart-${randomUUID()}`;
    await shop.forge(other, created, checkedOut(await shop.reserved(purchaseOf(shop.pool, 'bob'))));
    expect(new Set(await breaches())).toEqual(
      new Set([
        expect.stringMatching(`^${cart} of alice was checked out for .*4900.* as .* for .*5000`),
        expect.stringMatching(`^${other} of alice was checked out .* which is of bob for`),
      ]),
    );
  });

  it('finds two carts that became the same purchase', async () => {
    const bought = await shop.reserved();
    for (const stream of [cart, `cart-${randomUUID()}`]) await shop.forge(stream, created, checkedOut(bought));
    expect(await breaches()).toEqual([`purchase ${bought.purchaseId} was the checkout of 2 carts`]);
  });
});
