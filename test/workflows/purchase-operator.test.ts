import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { searchAttributes } from '../../src/domain';
import { describeWith } from '../support/describe-with';
import { eventually } from '../support/eventually';
import type { Buyer } from './buyer';
import { currentDetails } from './current-details';
import { Stage } from './stage';

describeWith('temporal', 'an operator', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ on: 'temporal' });
  });
  afterEach(() => stage.assertSettled());
  afterAll(() => stage.close());

  it('reads what a purchase is, and what it is doing', async () => {
    const pool = await stage.pool();
    const buyer = await stage.buy({ [pool]: 2 }, 'alice');
    await buyer.reaches('reserved');
    const description = await buyer.handle.describe();
    expect(await description.staticSummary()).toBe(`2 × ${pool}`);
    expect(await description.staticDetails()).toBe(`Purchase ${buyer.id} of customer alice:\n- 2 × ${pool}`);
    const { expiresAt } = await buyer.status();
    expect(await currentDetails(buyer.handle)).toBe(`Holding 2 × ${pool} until ${expiresAt}, waiting for payment.`);

    await buyer.pay();
    const { orderId } = await buyer.ends();
    expect(await currentDetails(buyer.handle)).toBe(`Order ${orderId}: 2 × ${pool} sold.`);
  });

  it('finds purchases by pool, customer and status', async () => {
    const [one, other] = [await stage.pool(), await stage.pool()];
    const waiting = await stage.reserve({ [one]: 1, [other]: 1 });
    const confirmed = await stage.buy({ [one]: 1 }, 'bob');
    await confirmed.pay();
    await confirmed.ends();
    const found = (query: string, ...buyers: Buyer[]) =>
      eventually(async () => {
        const workflowIds: string[] = [];
        for await (const { workflowId } of stage.client.workflow.list({ query })) workflowIds.push(workflowId);
        expect(workflowIds.sort()).toEqual(buyers.map(({ handle }) => handle.workflowId).sort());
      });
    const { pool, customer, status } = searchAttributes;
    await found(`${pool} = '${one}'`, waiting, confirmed);
    await found(`${pool} = '${other}'`, waiting);
    await found(`${pool} = '${one}' AND ${customer} = 'bob'`, confirmed);
    await found(`${pool} = '${one}' AND ${status} = 'reserved'`, waiting);
    await found(`${pool} = '${one}' AND ${status} = 'confirmed'`, confirmed);
  });

  it('starts a purchase a second time in vain', async () => {
    const pool = await stage.pool();
    const buyer = await stage.reserve({ [pool]: 1 });
    const again = await stage.buyAgain(buyer.request);
    const { firstExecutionRunId } = again.handle as WorkflowHandleWithFirstExecutionRunId;
    expect(firstExecutionRunId).toBe((await buyer.handle.describe()).runId);
    await buyer.pay();
    await buyer.ends();
    await expect(stage.buyAgain(buyer.request)).rejects.toThrow(/already started/i);
    expect(await stage.counts(pool)).toEqual({ available: 9, claimed: 0, sold: 1 });
  });

  it('brings a terminated purchase back by a reset, and its hold ends', async () => {
    const pool = await stage.pool({ holdSeconds: 2 });
    const buyer = await stage.reserve({ [pool]: 1 });
    await buyer.handle.terminate('by mistake');
    await stage.reset(buyer.handle.workflowId);
    expect(await stage.client.workflow.getHandle(buyer.handle.workflowId).result()).toMatchObject({
      status: 'expired',
    });
    expect(await buyer.events()).toEqual(['TicketsReserved', 'PurchaseExpired']);
    expect(await stage.counts(pool)).toEqual({ available: 10, claimed: 0, sold: 0 });
  });

  it('need not mend a hold that ended while all workers were away, though it was paid', async () => {
    const pool = await stage.pool({ holdSeconds: 2 });
    const buyer = await stage.reserve({ [pool]: 1 });
    await stage.stopWorker();
    await buyer.pay();
    const { expiresAt } = (await buyer.view()) ?? {};
    await eventually(() => Date.now() > Date.parse(expiresAt ?? ''));
    await stage.startWorker();
    expect(await buyer.ends()).toMatchObject({ status: 'expired' });
    expect(await buyer.money()).toEqual([]);
    expect(await stage.counts(pool)).toEqual({ available: 10, claimed: 0, sold: 0 });
  });
});
