import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { searchAttributes, taskQueue, workflowTypes } from '../../src/domain';
import { describeWith } from '../support/describe-with';
import { euros } from '../support/domain-events';
import { Promoter } from './promoter';
import { Stage } from './stage';

const storm = { reason: 'a storm is coming' };

describeWith('temporal', 'a pool', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ on: 'temporal' });
  });
  afterEach(() => stage.assertSettled());
  afterAll(() => stage.close());

  it('is on sale once it is made, and says what it is', async () => {
    const { pool, handle, details, status } = await stage.onSale({ title: 'Spring Gig' }).then((promoter) => ({
      pool: promoter.pool,
      handle: promoter.handle,
      details: () => promoter.details(),
      status: () => promoter.status(),
    }));
    expect(await stage.poolEvents(pool)).toEqual(['PoolCreated']);
    expect(await status()).toEqual({ pool, status: 'on-sale', handled: 0, lastOutcome: 'On sale.' });
    expect(await details()).toBe('On sale.');
    const description = await handle.describe();
    expect(await description.staticSummary()).toBe(`Pool ${pool}: 10 tickets`);
    expect(await description.staticDetails()).toContain('**Spring Gig**');
    expect(description.typedSearchAttributes.getAll()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ key: expect.objectContaining({ name: searchAttributes.pool }), value: [pool] }),
        expect.objectContaining({ key: expect.objectContaining({ name: searchAttributes.status }), value: 'on-sale' }),
      ]),
    );
  });

  it('that is stopped sells nothing more and ends what was open', async () => {
    const promoter = await stage.onSale();
    const { pool } = promoter;
    const [waiting, paid, paying] = await Promise.all([1, 2, 3].map((count) => stage.reserve({ [pool]: count })));
    await paid?.pay();
    await paid?.ends();
    const paymentId = randomUUID();
    stage.provider.holdUp(paymentId, 'before the money is taken');
    await paying?.pay('tok_ok', paymentId);
    await paying?.reaches('paying');

    await promoter.send('stopSales', storm);
    expect(await waiting?.ends()).toMatchObject({ status: 'cancelled' });
    expect((await waiting?.view())?.reason).toBe('the sale was stopped: a storm is coming');
    expect(await paying?.ends()).toMatchObject({ status: 'cancelled' });
    expect(await stage.counts(pool)).toEqual({ available: 8, claimed: 0, sold: 2 });
    const late = await stage.buy({ [pool]: 1 });
    expect(await late.ends()).toMatchObject({ status: 'rejected' });
    expect((await late.view())?.refusal).toMatchObject({ slug: 'sales-stopped', ...storm });
    await promoter.reaches({ status: 'stopped', handled: 1 });
    expect(await promoter.details()).toBe(
      'Signal stopSales is in force. 2 open purchases were told to give their tickets back.',
    );
  });

  it('that is stopped and honours its holds lets them pay', async () => {
    const promoter = await stage.onSale();
    const { pool } = promoter;
    const buyer = await stage.reserve({ [pool]: 2 });
    expect(await promoter.ask('stopSales', { ...storm, holds: 'honour' })).toMatchObject({ status: 'done' });
    expect(await (await stage.buy({ [pool]: 1 })).ends()).toMatchObject({ status: 'rejected' });
    await buyer.pay();
    expect(await buyer.ends()).toMatchObject({ status: 'confirmed' });
  });

  it('sells again once it is resumed', async () => {
    const promoter = await stage.onSale();
    await promoter.ask('stopSales', storm);
    await promoter.ask('resumeSales');
    await promoter.reaches({ status: 'on-sale', handled: 2 });
    await stage.reserve({ [promoter.pool]: 1 });
    expect(await stage.poolEvents(promoter.pool)).toEqual([
      'PoolCreated',
      'SalesStopped',
      'SalesResumed',
      'TicketClaimed',
    ]);
  });

  it('that is repriced sells at the new price, and older claims keep theirs', async () => {
    const promoter = await stage.onSale();
    const before = await stage.reserve({ [promoter.pool]: 1 });
    await promoter.ask('reprice', { price: euros(80) });
    const after = await stage.reserve({ [promoter.pool]: 1 });
    await Promise.all([before.pay(), after.pay()]);
    await Promise.all([before.ends(), after.ends()]);
    expect(await before.money()).toEqual(['capture 5000']);
    expect(await after.money()).toEqual(['capture 8000']);
    await promoter.reaches({ status: 'on-sale' });
  });

  it('that is cancelled ends with every open purchase', async () => {
    const promoter = await stage.onSale();
    const { pool } = promoter;
    const buyer = await stage.reserve({ [pool]: 2 });
    await promoter.send('cancelSales', storm);
    expect(await promoter.handle.result()).toMatchObject({ status: 'cancelled', handled: 1 });
    expect(await buyer.ends()).toMatchObject({ status: 'cancelled' });
    expect(await stage.counts(pool)).toEqual({ available: 10, claimed: 0, sold: 0 });
    const late = await stage.buy({ [pool]: 1 });
    await late.ends();
    expect((await late.view())?.refusal).toMatchObject({ slug: 'pool-cancelled', ...storm });
  });

  it('whose workflow is cancelled in Temporal is cancelled too, as nobody could steer it', async () => {
    const promoter = await stage.onSale();
    const buyer = await stage.reserve({ [promoter.pool]: 2 });
    await promoter.handle.cancel();
    expect(await promoter.handle.result()).toMatchObject({ status: 'cancelled' });
    expect(await buyer.ends()).toMatchObject({ status: 'cancelled' });
    expect(await stage.poolEvents(promoter.pool)).toContain('PoolCancelled');
  });

  it('whose workflow was terminated is steered again after a reset', async () => {
    const promoter = await stage.onSale();
    await promoter.ask('reprice', { price: euros(80) });
    await promoter.handle.terminate('by mistake');
    await stage.reset(promoter.handle.workflowId);
    const again = new Promoter(promoter.settings, stage.client.workflow.getHandle(promoter.handle.workflowId));
    expect(await again.ask('stopSales', storm)).toMatchObject({ status: 'done' });
    await again.reaches({ status: 'stopped', handled: 2 });
    expect(await stage.poolEvents(promoter.pool)).toEqual(['PoolCreated', 'PoolRepriced', 'SalesStopped']);
  });

  it('is not made where its name belongs to a stream', async () => {
    const name = await stage.pool({ capacity: 3 });
    const promoter = await stage.promote({ name, capacity: 4 });
    expect(await promoter.handle.result()).toMatchObject({ status: 'refused' });
    expect(await promoter.details()).toBe('The name was taken before; no pool was made.');
    expect(await stage.poolEvents(name)).toEqual(['PoolCreated']);
    expect(await stage.counts(name)).toMatchObject({ available: 3 });
  });

  it('takes the stream that its own first attempt made for its own', async () => {
    const name = await stage.pool({ capacity: 3 });
    await stage.onSale({ name, capacity: 3 });
    expect(await stage.poolEvents(name)).toEqual(['PoolCreated']);
  });

  it.each([
    undefined,
    null,
    {},
    'gig',
    { settings: null },
    { settings: {} },
    { settings: { name: 'gig', capacity: 0 } },
  ])('that somebody started by hand with %j, which is no pool, ends at once', async (input) => {
    const workflowId = `pool-${randomUUID()}`;
    const args = input === undefined ? [] : [input];
    const handle = await stage.client.workflow.start(workflowTypes.pool, { workflowId, taskQueue, args });
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
    expect(await stage.poolEvents('gig')).toEqual([]);
  });

  it('keeps its name for ever', async () => {
    const { pool, handle, send } = await stage.onSale().then((promoter) => ({
      pool: promoter.pool,
      handle: promoter.handle,
      send: promoter.send.bind(promoter),
    }));
    await expect(stage.promote({ name: pool })).rejects.toThrow(/already started/i);
    await send('cancelSales', storm);
    await handle.result();
    await expect(stage.promote({ name: pool })).rejects.toThrow(/already started/i);
  });
});
