import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { type Refusal, taskQueue, workflowTypes } from '../../src/domain';
import { readStream } from '../../src/store';
import { describeWith } from '../support/describe-with';
import { Stage } from './stage';

describeWith('temporal', 'a purchase that cannot be had', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ on: 'temporal' });
  });
  afterEach(() => stage.assertSettled());
  afterAll(() => stage.close());

  async function refusal(lines: Record<string, number>): Promise<Refusal | undefined> {
    const buyer = await stage.buy(lines);
    expect(await buyer.ends()).toMatchObject({ status: 'rejected' });
    expect(await buyer.events()).toEqual(['PurchaseRejected']);
    return (await buyer.view())?.refusal;
  }

  const steered = (pool: string, name: 'stopSales' | 'cancelSales') =>
    stage.activities.steerPool({ pool, step: { name, input: { reason: 'a storm is coming' } }, stepId: 'signal-1' });

  it('is refused where no such pool is', async () => {
    expect(await refusal({ 'no-such-pool': 1 })).toEqual({ slug: 'not-found', what: 'pool no-such-pool' });
  });

  it('is refused where fewer tickets are left', async () => {
    const pool = await stage.pool({ capacity: 3 });
    await stage.reserve({ [pool]: 2 });
    expect(await refusal({ [pool]: 2 })).toEqual({
      slug: 'insufficient-inventory',
      pool,
      requested: 2,
      available: 1,
    });
    expect(await stage.counts(pool)).toEqual({ available: 1, claimed: 2, sold: 0 });
  });

  it.each([0, 5])('is refused for %d tickets where four may be bought', async (quantity) => {
    const pool = await stage.pool({ maxPerPurchase: 4 });
    expect(await refusal({ [pool]: quantity })).toEqual({ slug: 'invalid-quantity', pool, min: 1, max: 4 });
  });

  it('is refused once sales were stopped', async () => {
    const pool = await stage.pool();
    await steered(pool, 'stopSales');
    expect(await refusal({ [pool]: 1 })).toEqual({ slug: 'sales-stopped', pool, reason: 'a storm is coming' });
  });

  it('is refused once the pool was cancelled', async () => {
    const pool = await stage.pool();
    await steered(pool, 'cancelSales');
    expect(await refusal({ [pool]: 1 })).toEqual({ slug: 'pool-cancelled', pool, reason: 'a storm is coming' });
  });

  it('is refused before sales open, and after they closed', async () => {
    const early = await stage.pool({ opensAt: new Date(Date.now() + 3_600_000).toISOString() });
    expect(await refusal({ [early]: 1 })).toEqual({ slug: 'sales-not-open', pool: early });
    const late = await stage.pool({ closesAt: new Date(Date.now() - 1_000).toISOString() });
    expect(await refusal({ [late]: 1 })).toMatchObject({ slug: 'sales-stopped', pool: late });
  });

  it.each([
    { customerId: 'al\0ice' },
    { customerId: '' },
    { items: [] },
    { items: [{ pool: 'g\0g', quantity: 1 }] },
    { items: [{ pool: 'gig', quantity: 'one' }] },
  ])('and that somebody started by hand with %j ends at once and leaves nothing', async (nonsense) => {
    const purchaseId = randomUUID();
    const workflowId = `purchase-${purchaseId}`;
    const request = { purchaseId, customerId: 'alice', items: [{ pool: 'gig', quantity: 1 }], ...nonsense };
    const handle = await stage.client.workflow.start(workflowTypes.purchase, {
      workflowId,
      taskQueue,
      args: [request],
    });
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
    expect(await readStream(stage.database, workflowId)).toEqual([]);
  });

  it.each([undefined, null, {}, 'gig', [], { purchaseId: 'a', customerId: 'b' }, { items: [null] }, { items: {} }])(
    'and that somebody started by hand with %j, which is no request, ends at once',
    async (input) => {
      const workflowId = `purchase-${randomUUID()}`;
      const args = input === undefined ? [] : [input];
      const handle = await stage.client.workflow.start(workflowTypes.purchase, { workflowId, taskQueue, args });
      await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
      expect(await readStream(stage.database, workflowId)).toEqual([]);
    },
  );

  it('is refused in two currencies', async () => {
    const euro = await stage.pool();
    const franc = await stage.pool({ price: { amount: 5_000, currency: 'CHF' } });
    expect(await refusal({ [euro]: 1, [franc]: 1 })).toEqual({ slug: 'mixed-currencies', currencies: ['EUR', 'CHF'] });
    expect(await stage.counts(euro)).toEqual({ available: 10, claimed: 0, sold: 0 });
  });

  it('gets all of its pools or none', async () => {
    const [roomy, tight] = [await stage.pool(), await stage.pool({ capacity: 1 })];
    expect(await refusal({ [roomy]: 2, [tight]: 2 })).toMatchObject({ slug: 'insufficient-inventory', pool: tight });
    expect(await stage.counts(roomy)).toEqual({ available: 10, claimed: 0, sold: 0 });

    const buyer = await stage.reserve({ [roomy]: 2, [tight]: 1 });
    expect(await stage.counts(roomy)).toEqual({ available: 8, claimed: 2, sold: 0 });
    expect(await stage.counts(tight)).toEqual({ available: 0, claimed: 1, sold: 0 });
    await buyer.pay();
    expect(await buyer.ends()).toMatchObject({ status: 'confirmed' });
    expect(await buyer.money()).toEqual(['capture 15000']);
    expect(await stage.counts(roomy)).toEqual({ available: 8, claimed: 0, sold: 2 });
    expect(await stage.counts(tight)).toEqual({ available: 0, claimed: 0, sold: 1 });
  });

  it('is one of ten for the last ticket', async () => {
    const pool = await stage.pool({ capacity: 1 });
    const buyers = await Promise.all(Array.from({ length: 10 }, () => stage.buy({ [pool]: 1 })));
    // A purchase that was rejected by now takes no payment.
    await Promise.allSettled(buyers.map((buyer) => buyer.pay()));
    const ends = await Promise.all(buyers.map((buyer) => buyer.ends()));
    expect(ends.filter(({ status }) => status === 'confirmed')).toHaveLength(1);
    expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(9);
    expect(await stage.counts(pool)).toEqual({ available: 0, claimed: 0, sold: 1 });
  });
});
