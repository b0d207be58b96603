import { randomUUID } from 'node:crypto';
import { purchaseOf } from '../support/box-office';
import { euros } from '../support/domain-events';
import { Shop, ticketEvent } from './shop';

describe.each(['whole', 'changes'] as const)('an audit of what shops made (%s)', (scope) => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await Shop.open({ maxPerCustomer: 2 });
  });
  afterEach(() => shop.close());

  const breaches = async (rule: string) =>
    (await shop.audit(scope)).flatMap(({ id, sentences }) => (id === rule ? sentences : []));
  const bought = (name: string | undefined, quantity = 1) =>
    shop.reserved({ ...purchaseOf({ [shop.pool]: quantity }, 'alice'), ...(name !== undefined && { shop: name }) });
  const asked = (purchaseId: string, by: string | null) =>
    shop.connection.query(
      `INSERT INTO purchase_requests (purchase_id, key_holder, idempotency_key, body_hash, customer_id, items, shop)
       VALUES ($1::uuid, 'shop:web', $1::text, 'hash', 'alice', $2, $3)`,
      [purchaseId, JSON.stringify([{ pool: shop.pool, quantity: 1 }]), by],
    );

  it('counts the customers of each shop by themselves', async () => {
    for (const name of ['web', 'kiosk', undefined]) await bought(name, 2);
    expect(await breaches('customers')).toEqual([]);
    const { type, data } = ticketEvent('TicketClaimed');
    await shop.forge(`pool-${shop.pool}`, { type, data: { ...data, customerId: 'alice', shop: 'web' } });
    expect(await breaches('customers')).toEqual([
      expect.stringMatching(/^customer alice of shop web has 3 tickets of .*, where 2 are allowed$/),
    ]);
  });

  it('finds a purchase of another shop than the one that asked', async () => {
    for (const [name, by] of [
      ['web', 'web'],
      ['web', null],
      [undefined, 'web'],
    ] as const) {
      await asked((await bought(name)).purchaseId, by);
    }
    expect(await breaches('requests')).toEqual([]);
    const { purchaseId } = await bought('kiosk');
    await asked(purchaseId, 'web');
    expect(await breaches('requests')).toEqual([`${purchaseId} was asked for by shop web and is of shop kiosk`]);
  });

  it('finds a cart that became the purchase of another shop', async () => {
    const becomes = async (ofCart: string | undefined, ofPurchase: string | undefined) => {
      const cart = `cart-${randomUUID()}`;
      const { purchaseId } = await bought(ofPurchase);
      const created = { type: 'CartCreated', schemaVersion: 2, data: { customerId: 'alice', shop: ofCart } };
      await shop.forge(cart, created, { type: 'CheckedOut', data: { purchaseId, total: euros(50) } });
      return cart;
    };
    await becomes('web', 'web');
    await becomes(undefined, 'web');
    expect(await breaches('carts')).toEqual([]);
    const cart = await becomes('web', 'kiosk');
    expect(await breaches('carts')).toEqual([
      expect.stringMatching(`^${cart} of alice of shop web was checked out .* which is of alice of shop kiosk for`),
    ]);
  });
});
