import { ApiClient, poolIn, purchaseIn } from '../support/api-client';
import { BoxOfficeStack } from '../support/box-office-stack';
import { describeWith } from '../support/describe-with';

describeWith('temporal', 'selling one pool', () => {
  let stack: BoxOfficeStack;
  let client: ApiClient;

  beforeAll(async () => {
    stack = await BoxOfficeStack.open();
    client = new ApiClient(stack.api);
  }, 60_000);

  afterAll(async () => {
    await stack?.close();
  });

  test('goes from a pool to a confirmed order', async () => {
    const pool = await client.createPool({ capacity: 5 });
    const reserved = await client.reserve(pool.name, { quantity: 2 });
    expect(await client.pool(pool.name)).toMatchObject({ available: 3, claimed: 2, sold: 0 });
    const paid = purchaseIn(await client.pay(reserved.id));
    expect(paid).toMatchObject({ status: 'confirmed', orderId: expect.any(String) });
    expect(poolIn(await client.call('GET', `/v1/pools/${pool.name}`))).toMatchObject({ claimed: 0, sold: 2 });
  });
});
