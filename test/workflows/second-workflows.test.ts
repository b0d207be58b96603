import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { poolStart, purchaseStart, showStart } from '../../api/start-workflows';
import { purchaseSignals, workflowTypes } from '../../src/domain';
import { describeWith } from '../support/describe-with';
import { poolSettings } from '../support/domain-events';
import { showSettings } from '../support/show-events';
import { Stage } from './stage';

describeWith('temporal', 'a workflow under another id than its own', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ on: 'temporal' });
  });
  afterEach(() => stage.assertSettled());
  afterAll(() => stage.close());

  const other = () => ({ workflowId: `evil-${randomUUID()}` });

  async function reasonItEnded(
    type: keyof typeof workflowTypes,
    start: Parameters<Stage['client']['workflow']['start']>[1],
  ) {
    const handle = await stage.client.workflow.start(workflowTypes[type], start);
    const failure = await handle.result().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(WorkflowFailedError);
    return (failure as WorkflowFailedError).cause?.message;
  }

  it('ends at once with the reason, and the purchase beside it goes on', async () => {
    const [pool, otherPool] = [await stage.pool(), await stage.pool()];
    const buyer = await stage.reserve({ [pool]: 2 });
    for (const items of [buyer.request.items, [{ pool: otherPool, quantity: 1 }]]) {
      const start = { ...purchaseStart({ ...buyer.request, items }), ...other() };
      expect(await reasonItEnded('purchase', start)).toContain(`has the id purchase-${buyer.id}`);
    }
    await buyer.pay();
    expect(await buyer.ends()).toMatchObject({ status: 'confirmed' });
    expect(await buyer.money()).toEqual(['capture 10000']);
    expect(await stage.counts(pool)).toEqual({ available: 8, claimed: 0, sold: 2 });
  });

  it('ends at once for a pool and a show as well, and makes nothing', async () => {
    const settings = poolSettings({ name: `pool-${randomUUID()}` });
    expect(await reasonItEnded('pool', { ...poolStart(settings), ...other() })).toContain(`id pool-${settings.name}`);
    expect(await stage.poolEvents(settings.name)).toEqual([]);
    const show = showSettings({ name: `show-${randomUUID().slice(0, 8)}` });
    expect(await reasonItEnded('show', { ...showStart({ settings: show }), ...other() })).toContain(
      `id show-${show.name}`,
    );
  });

  it('fails under the id of a purchase in capitals, which would be another stream and the same rows', async () => {
    const pool = await stage.pool();
    const buyer = await stage.reserve({ [pool]: 2 });
    const purchaseId = buyer.id.toUpperCase();
    const start = purchaseStart({ ...buyer.request, purchaseId, items: [{ pool, quantity: 3 }] });
    expect(await reasonItEnded('purchase', { ...start, workflowId: `purchase-${purchaseId}` })).toContain('lowercase');
    expect(await stage.counts(pool)).toEqual({ available: 8, claimed: 2, sold: 0 });
    const paymentId = randomUUID();
    await buyer.pay('tok_declined', paymentId);
    await buyer.pay('tok_ok', paymentId.toUpperCase());
    await buyer.pay();
    expect(await buyer.ends()).toMatchObject({ status: 'confirmed' });
    expect(await buyer.money()).toEqual(['capture 10000']);
    expect((await buyer.view())?.payments).toHaveLength(2);
  });

  it.each([
    ['a text', 'x'],
    ['nothing', null],
    ['a state', { state: { status: 'on-sale' }, outcomes: 5 }],
  ])('ends at once where it says that another run had handed over %s', async (_, carried) => {
    const settings = poolSettings({ name: `pool-${randomUUID()}` });
    const ofPool = { ...poolStart(settings), args: [{ settings, carried }] };
    expect(await reasonItEnded('pool', ofPool)).toContain('a pool begins with');
    const show = showSettings({ name: `show-${randomUUID().slice(0, 8)}` });
    const ofShow = { ...showStart({ settings: show }), args: [{ settings: show, carried }] };
    expect(await reasonItEnded('show', ofShow)).toContain('a show begins with');
  });

  it('takes nothing where its steps name pools that are not of the purchase', async () => {
    const [pool, stranger] = [await stage.pool(), await stage.pool()];
    const [kept, given] = [await stage.reserve({ [pool]: 2 }), await stage.reserve({ [pool]: 3 })];
    const paymentId = randomUUID();
    const { activities } = stage;
    const astray = { purchaseId: given.id, pools: [stranger] };
    await activities.release({ ...astray, ending: { kind: 'cancelled', reason: 'by somebody else' } });
    expect(await stage.counts(pool)).toEqual({ available: 8, claimed: 2, sold: 0 });
    const payment = { purchaseId: kept.id, pools: [], paymentId };
    expect(await activities.startPayment({ ...payment, method: 'creditCard' })).toEqual({ status: 'started' });
    expect(await activities.confirm({ ...payment, paymentId: randomUUID() })).toEqual({ confirmed: false });
    await kept.handle.signal(purchaseSignals.cancel);
    await kept.ends();
    expect(await stage.counts(pool)).toEqual({ available: 10, claimed: 0, sold: 0 });
  });
});
