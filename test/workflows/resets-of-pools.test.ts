import { randomUUID } from 'node:crypto';
import { showStart } from '../../api/start-workflows';
import { workflowTypes } from '../../src/domain';
import { describeWith } from '../support/describe-with';
import { euros } from '../support/domain-events';
import { eventually } from '../support/eventually';
import { Director } from './director';
import { Promoter } from './promoter';
import { Stage } from './stage';

const storm = { reason: 'a storm is coming' };

describeWith('temporal', 'a reset', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ on: 'temporal' });
  });
  afterEach(() => stage.assertSettled());
  afterAll(() => stage.close());

  const again = (promoter: Promoter) =>
    new Promoter(promoter.settings, stage.client.workflow.getHandle(promoter.handle.workflowId));

  it('to any task of a pool brings no signal into its stream again, and the pool is steered on', async () => {
    const promoter = await stage.onSale();
    await promoter.send('stopSales', storm);
    await promoter.reaches({ status: 'stopped', handled: 1 });
    // Nothing is appended for this one: only what is kept of its step knows that it was done.
    await promoter.ask('stopSales', storm);
    await promoter.send('withhold', { quantity: 2 });
    await promoter.send('reprice', { price: euros(80) });
    await promoter.reaches({ handled: 4 });
    await promoter.ask('resumeSales');
    await promoter.send('giveBack', { quantity: 2 });
    await promoter.reaches({ status: 'on-sale', handled: 6 });
    const holding = await stage.reserve({ [promoter.pool]: 1 });
    const events = await stage.poolEvents(promoter.pool);

    for (const task of await stage.tasksOf(promoter.handle.workflowId)) {
      await stage.reset(promoter.handle.workflowId, { task, reapply: true });
      await eventually(() => again(promoter).reaches({ status: 'on-sale', handled: 6 }));
      expect(await stage.poolEvents(promoter.pool)).toEqual(events);
    }
    expect(await holding.status()).toMatchObject({ status: 'reserved' });
    expect(await again(promoter).ask('stopSales', storm)).toMatchObject({ status: 'done', poolStatus: 'stopped' });
    expect(await holding.ends()).toMatchObject({ status: 'cancelled' });
  });

  it('to any task of a show brings no signal into its streams again, and the show is led on', async () => {
    const director = await stage.direct();
    await director.ask('changeShow', { title: 'Summer Gala' });
    await director.ask('changeShow', { title: 'Winter Gala' });
    await director.ask('publish');
    await director.send('publish');
    await director.reaches({ handled: 4 });
    await director.ask('openSales');
    const books = async () => [await director.events(), await director.venueEvents(), await director.poolEvents()];
    const before = await books();
    const { workflowId } = director.handle;
    for (const task of await stage.tasksOf(workflowId)) {
      await stage.reset(workflowId, { task, reapply: true });
      const run = stage.client.workflow.getHandle(workflowId);
      const led = new Director(director.settings, run, randomUUID(), stage.database);
      await eventually(() => led.reaches({ status: 'sales-open', handled: 5 }));
      expect(await books()).toEqual(before);
    }
    const led = new Director(
      director.settings,
      stage.client.workflow.getHandle(workflowId),
      randomUUID(),
      stage.database,
    );
    expect(await led.ask('closeSales')).toMatchObject({ status: 'done', showStatus: 'sales-closed' });
  });
});

describeWith('temporal', 'a workflow that is started anew from its stream', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ on: 'temporal' });
  });
  afterEach(() => stage.assertSettled());
  afterAll(() => stage.close());

  it('steers its pool on, by steps of its own', async () => {
    const promoter = await stage.onSale();
    await promoter.ask('stopSales', storm);
    await promoter.send('resumeSales');
    await promoter.reaches({ status: 'on-sale', handled: 2 });
    const anew = await stage.steerAnew(promoter);
    await anew.reaches({ status: 'on-sale' });
    // The first signal of this chain says what the first of the other one said.
    await anew.send('stopSales', storm);
    await anew.reaches({ status: 'stopped' });
    expect(await stage.poolEvents(promoter.pool)).toEqual([
      'PoolCreated',
      'SalesStopped',
      'SalesResumed',
      'SalesStopped',
    ]);
  });

  it.each(['cancelSales', 'stopSales'] as const)('tells who holds tickets what a %s had left untold', async (name) => {
    const promoter = await stage.onSale();
    const { pool } = promoter;
    const buyers = await Promise.all([1, 2, 3].map((quantity) => stage.reserve({ [pool]: quantity })));
    await promoter.handle.terminate('by mistake');
    await stage.activities.steerPool({ pool, step: { name, input: storm }, stepId: 'of-the-run-before' });
    await stage.steerAnew(promoter);
    for (const buyer of buyers) expect(await buyer.ends()).toMatchObject({ status: 'cancelled' });
    expect(await stage.counts(pool)).toMatchObject({ claimed: 0, sold: 0 });
  });

  it('of a cancelled show tells its pools, and they who holds their tickets', async () => {
    const director = await stage.direct();
    await director.ask('publish');
    await director.ask('openSales');
    const [pool = ''] = director.pools;
    const buyer = await stage.reserve({ [pool]: 1 });
    await director.handle.terminate('by mistake');
    const { show } = director;
    const step = { signal: 'cancelShow' as const, input: storm };
    await stage.activities.steerShow({ show, step, stepId: 'of-the-run-before' });
    const start = { ...showStart({ settings: director.settings }), workflowIdReusePolicy: 'ALLOW_DUPLICATE' } as const;
    const anew = await stage.client.workflow.start(workflowTypes.show, start);
    expect(await buyer.ends()).toMatchObject({ status: 'cancelled' });
    expect(await anew.result()).toMatchObject({ status: 'cancelled' });
  });

  it('knows from the stream whether its pool was opened and closed', async () => {
    const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();
    const promoter = await stage.promote({ opensAt: inSeconds(1), closesAt: inSeconds(2) });
    await promoter.reaches({ status: 'closed' });
    const anew = await stage.steerAnew(promoter);
    await anew.reaches({ status: 'closed' });
    await anew.ask('reprice', { price: euros(80) });
    expect(await stage.poolEvents(promoter.pool)).toEqual([
      'PoolCreated',
      'SalesOpened',
      'SalesClosed',
      'PoolRepriced',
    ]);
  });
});
