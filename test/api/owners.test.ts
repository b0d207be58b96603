import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { forgetOldRequests } from '../../api';
import { purchasesAnswer } from '../../api/purchase-schemas';
import { purchaseStart } from '../../api/start-workflows';
import { workflowTypes } from '../../src/domain';
import { ApiClient, parsed, problemIn, purchaseIn } from '../support/api-client';
import type { KeyHolder } from '../support/box-office-stack';
import { CartClient, cartIn } from '../support/cart-client';
import { eventually } from '../support/eventually';
import { createNamespace, temporalAddress } from '../support/temporal';
import { describeBoxOffice } from './box-office';

describeBoxOffice('what a shop made', (open) => {
  const get = (path: string, as: KeyHolder) => open().client.call('GET', path, { as });
  const hears404 = async (id: string, as: KeyHolder) => {
    for (const path of ['', '/timeline']) problemIn(await get(`/v1/purchases/${id}${path}`, as), 'not-found', 404);
  };
  const listed = async (customerId: string, as: KeyHolder, query = '') => {
    const answer = await get(`/v1/customers/${customerId}/purchases${query}`, as);
    const { purchases, next } = parsed(purchasesAnswer, answer, 200);
    return { ids: purchases.map(({ id }) => id), next };
  };

  test('is told of to another shop as what does not exist, in the same words', async () => {
    const { client } = open();
    const { id } = await client.reserve((await client.createPool()).name);
    const strange = problemIn(await get(`/v1/purchases/${id}`, 'otherShop'), 'not-found', 404);
    expect(strange.detail).toBe(`There is no purchase ${id}.`);
  });

  test('names customers of its own: the same id at another shop is another person', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const customerId = randomUUID();
    const mine: string[] = [];
    const theirs: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      mine.unshift((await client.reserve(name, { customerId })).id);
      theirs.unshift((await client.reserve(name, { customerId, as: 'otherShop' })).id);
    }
    expect((await listed(customerId, 'shop')).ids).toEqual(mine);
    expect((await listed(customerId, 'otherShop')).ids).toEqual(theirs);
    expect((await listed(customerId, 'operator')).ids).toEqual([...mine, ...theirs].sort().reverse());
    const page = await listed(customerId, 'shop', '?limit=2');
    expect(page).toEqual({ ids: mine.slice(0, 2), next: mine[1] });
    expect((await listed(customerId, 'shop', `?limit=2&cursor=${page.next}`)).ids).toEqual(mine.slice(2));
  });

  test('may have as much for each of its customers as a pool allows, whatever other shops’ customers have', async () => {
    const { client } = open();
    const { name } = await client.createPool({ maxPerCustomer: 2 });
    const customerId = 'alice';
    await client.reserve(name, { quantity: 2, customerId });
    const refused = problemIn(await client.buy(name, { customerId }), 'customer-limit-reached', 409);
    expect(refused).toMatchObject({ limit: 2, held: 2 });
    await client.reserve(name, { quantity: 2, customerId, as: 'otherShop' });
  });

  test('is open to every key of the same shop, and to no other role of its name', async () => {
    const { client, stack } = open();
    const [first, second, namesake] = [randomUUID(), randomUUID(), randomUUID()];
    const keys = `shop:web:${first},shop:web:${second},promoter:web:${namesake},shop:we:${randomUUID()}`;
    const api = new ApiClient(await stack.startApi({ keys }));
    const { id } = await client.reserve((await client.createPool()).name);
    const look = (key: string) =>
      api.call('GET', `/v1/purchases/${id}`, { headers: { Authorization: `Bearer ${key}` } });
    for (const key of [first, second]) expect(purchaseIn(await look(key)).id).toBe(id);
    problemIn(await look(namesake), 'forbidden', 403);
  });

  test('is its own from the moment that it is taken in, before a worker has decided it', async () => {
    const { client, stack } = open();
    const { name } = await client.createPool();
    // Nobody decides it: its workflow waits in a namespace that has no worker.
    const elsewhere = new ApiClient(await stack.startApi({ temporalNamespace: await createNamespace() }));
    const taken = await elsewhere.buy(name, { wait: 0 });
    expect(taken.status).toBe(202);
    const { id } = taken.body as { id: string };
    expect(purchaseIn(await get(`/v1/purchases/${id}`, 'shop')).status).toBe('requested');
    expect(purchaseIn(await get(`/v1/purchases/${id}`, 'operator')).status).toBe('requested');
    await hears404(id, 'otherShop');
    for (const command of ['payment', 'cancel']) {
      const body = command === 'payment' ? { method: { type: 'creditCard', token: 'tok_ok' } } : {};
      const sent = await client.call('POST', `/v1/purchases/${id}/${command}`, { as: 'otherShop', body });
      problemIn(sent, 'not-found', 404);
    }
  });

  test('stays its own where an operator checks its cart out', async () => {
    const { client } = open();
    const cart = await CartClient.of(client, (await client.createPool()).name);
    const headers = { 'Idempotency-Key': randomUUID(), Prefer: 'wait=20' };
    const answer = await client.call('POST', `/v1/carts/${cart.id}/checkout`, { as: 'operator', headers });
    const { id } = purchaseIn(answer, 201);
    expect((await client.purchase(id)).status).toBe('reserved');
    expect((await cart.show()).purchaseId).toBe(id);
    await hears404(id, 'otherShop');
  });

  test('is not what an operator began: that is for operators alone', async () => {
    const { client } = open();
    const { name } = await client.createPool();
    const { id } = await client.reserve(name, { as: 'operator' });
    expect(purchaseIn(await get(`/v1/purchases/${id}`, 'operator')).id).toBe(id);
    await hears404(id, 'shop');
    const begun = cartIn(await client.call('POST', '/v1/carts', { as: 'operator', body: { customerId: 'a' } }), 201);
    problemIn(await get(`/v1/carts/${begun.id}`, 'shop'), 'not-found', 404);
    expect(cartIn(await get(`/v1/carts/${begun.id}`, 'operator')).id).toBe(begun.id);
  });

  describe('before its purchases said so themselves', () => {
    /** As an API and a worker of before left it: neither its request nor its event has a shop. */
    async function bought(customerId: string, holder: string | undefined): Promise<string> {
      const { client, stack } = open();
      const { name } = await client.createPool();
      const request = { purchaseId: randomUUID(), customerId, items: [{ pool: name, quantity: 1 }] };
      if (holder !== undefined) {
        await stack.database.query(
          `INSERT INTO purchase_requests (purchase_id, key_holder, idempotency_key, body_hash, customer_id, items)
           VALUES ($1, $2, $3, '', $3, $4)`,
          [request.purchaseId, holder, customerId, JSON.stringify(request.items)],
        );
      }
      const connection = await Connection.connect({ address: temporalAddress() });
      const temporal = new Client({ connection, namespace: stack.namespace });
      await temporal.workflow.start(workflowTypes.purchase, purchaseStart(request)).finally(() => connection.close());
      const { purchaseId } = request;
      await eventually(async () => {
        expect(purchaseIn(await get(`/v1/purchases/${purchaseId}`, 'operator')).status).toBe('reserved');
      });
      return purchaseId;
    }

    test('is the shop’s whose key asked, also once the request is forgotten', async () => {
      const { client, stack } = open();
      const customerId = randomUUID();
      const id = await bought(customerId, 'shop:web');
      const isOwn = async () => {
        expect((await client.purchase(id)).status).toBe('reserved');
        expect((await listed(customerId, 'shop')).ids).toEqual([id]);
        await hears404(id, 'otherShop');
        expect((await listed(customerId, 'otherShop')).ids).toEqual([]);
      };
      await isOwn();
      await stack.database.query(
        `UPDATE purchase_requests SET created_at = now() - interval '49 hours' WHERE purchase_id = $1`,
        [id],
      );
      await forgetOldRequests(stack.database, 1_000);
      const { rowCount } = await stack.database.query('SELECT FROM purchase_requests WHERE purchase_id = $1', [id]);
      expect(rowCount).toBe(0);
      await isOwn();
    });

    test('is the operators’ alone where no shop asked, as for one that was started by hand', async () => {
      const customerId = randomUUID();
      const id = await bought(customerId, undefined);
      await hears404(id, 'shop');
      expect((await listed(customerId, 'shop')).ids).toEqual([]);
      expect((await listed(customerId, 'operator')).ids).toEqual([id]);
      await open().stack.database.query(`INSERT INTO stream_shops VALUES ('purchase-' || $1::text, 'web')`, [id]);
      expect((await listed(customerId, 'shop')).ids).toEqual([id]);
      await hears404(id, 'otherShop');
    });
  });
});
