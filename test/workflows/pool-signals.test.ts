import { randomUUID } from 'node:crypto';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { readStream } from '../../src/store';
import { describeWith } from '../support/describe-with';
import { euros } from '../support/domain-events';
import { eventually } from '../support/eventually';
import { reservedName, sendRaw, unreadable } from './raw-signal';
import { Stage } from './stage';

const storm = { reason: 'a storm is coming' };

describeWith('temporal', 'a signal to a pool', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ on: 'temporal' });
  });
  afterEach(() => stage.assertSettled());
  afterAll(() => stage.close());

  it.each([
    ['stopSales', undefined],
    ['stopSales', {}],
    ['stopSales', { reason: '' }],
    ['stopSales', { reason: 'a storm', holds: 'keep' }],
    ['stopSales', { reason: 'a storm', until: 'tomorrow' }],
    ['stopSales', 'a storm'],
    ['resumeSales', { now: true }],
    ['reprice', { price: 80 }],
    ['reprice', { price: euros(0) }],
    ['reprice', { price: { amount: 80.5, currency: 'EUR' } }],
    ['reprice', { price: { amount: 8000, currency: 'euro' } }],
    ['cancelSales', null],
    ['cancelSales', { [`${'long'.repeat(50_000)}`]: true }],
  ])('%s that makes no sense (case %#) changes nothing, and shows', async (signal, input) => {
    const promoter = await stage.onSale();
    await promoter.send(signal, input);
    const { lastOutcome } = await promoter.reaches({ status: 'on-sale', handled: 1 });
    expect(lastOutcome).toContain(`Signal ${signal} was not understood and changed nothing: `);
    expect(lastOutcome.length).toBeLessThan(2_000);
    expect(await promoter.details()).toBe(lastOutcome);
    expect(await stage.poolEvents(promoter.pool)).toEqual(['PoolCreated']);
  });

  it.each(unreadable)(
    'that is sent as "%s" and cannot be read (case %#) changes nothing, and shows',
    async (encoding, data) => {
      const promoter = await stage.onSale();
      await sendRaw(promoter.handle, 'cancelSales', encoding, data);
      const { lastOutcome } = await promoter.reaches({ status: 'on-sale', handled: 1 });
      expect(lastOutcome).toContain('Signal cancelSales was not understood and changed nothing: ');
      await promoter.ask('stopSales', storm);
      await promoter.reaches({ status: 'stopped', handled: 2 });
    },
  );

  it('of a name that Temporal keeps for itself is not heard, and the pool goes on', async () => {
    await stage.stopWorker();
    const promoter = await stage.promote();
    await sendRaw(promoter.handle, reservedName, 'json/plain', '{}');
    await stage.startWorker();
    await promoter.reaches({ status: 'on-sale', handled: 0 });
    await sendRaw(promoter.handle, reservedName, 'json/plain', '{}');
    await promoter.ask('stopSales', storm);
    await promoter.reaches({ status: 'stopped', handled: 1 });
  });

  it('in JSON that is said to be a protocol buffer is understood', async () => {
    const promoter = await stage.onSale();
    await sendRaw(promoter.handle, 'stopSales', 'json/protobuf', JSON.stringify(storm));
    await promoter.reaches({ status: 'stopped', handled: 1 });
  });

  it('by a name that no pool knows changes nothing, and shows', async () => {
    const promoter = await stage.onSale();
    await promoter.send('stopSale', storm);
    await promoter.reaches({ status: 'on-sale', lastOutcome: 'Signal stopSale is not known and changed nothing.' });
    expect(await promoter.details()).toBe('Signal stopSale is not known and changed nothing.');
    await promoter.ask('stopSales', storm);
    await promoter.reaches({ status: 'stopped', handled: 1 });
  });

  it('that the business refuses says why', async () => {
    const promoter = await stage.onSale();
    const outcome = await promoter.ask('reprice', { price: { amount: 8000, currency: 'CHF' } });
    expect(outcome).toMatchObject({ status: 'refused', refusal: { slug: 'wrong-currency', currency: 'EUR' } });
    await promoter.reaches({ lastOutcome: 'Signal reprice was refused: wrong-currency.' });
  });

  it('goes first where it stops the sale, cancels it or resumes it, and in its turn otherwise', async () => {
    await stage.stopWorker();
    const promoter = await stage.promote();
    await promoter.send('resumeSales', {});
    await promoter.send('reprice', { price: euros(60) });
    await promoter.send('stopSales', storm);
    await promoter.send('resumeSales');
    await promoter.send('stopSales', { reason: 'the storm is back' });
    await promoter.send('reprice', { price: euros(70) });
    await stage.startWorker();
    await promoter.send('resumeSales', {});
    await promoter.reaches({ status: 'on-sale', handled: 7 });
    const events = await stage.poolEvents(promoter.pool);
    expect(events.slice(0, 2)).toEqual(['PoolCreated', 'SalesStopped']);
    const ofStops = events.filter((type) => type.startsWith('Sales'));
    expect(ofStops).toEqual(['SalesStopped', 'SalesResumed', 'SalesStopped', 'SalesResumed']);
    const prices = (await readStream(stage.database, promoter.handle.workflowId)).flatMap(({ type, data }) =>
      type === 'PoolRepriced' ? [(data as { price: { amount: number } }).price.amount] : [],
    );
    expect(prices).toEqual([6_000, 7_000]);
  });

  it('has an outcome, whether that is asked for after it, before it, or twice', async () => {
    const promoter = await stage.onSale();
    const [early, invalid] = [randomUUID(), randomUUID()];
    const before = promoter.outcome(early);
    await eventually(async () => {
      const { events } = await promoter.handle.fetchHistory();
      return events?.some(({ workflowExecutionUpdateAcceptedEventAttributes: accepted }) => accepted) ?? false;
    });
    await promoter.send('stopSales', { ...storm, requestId: early });
    expect(await before).toMatchObject({ status: 'done', poolStatus: 'stopped' });
    expect(await promoter.outcome(early)).toMatchObject({ status: 'done', poolStatus: 'stopped' });
    await promoter.send('reprice', { price: 'much', requestId: invalid });
    expect(await promoter.outcome(invalid)).toMatchObject({ status: 'invalid', because: expect.any(String) });
  });

  it('after the cancellation is refused, and whoever waits for one that never comes is told', async () => {
    await stage.stopWorker();
    const promoter = await stage.promote();
    const refused = randomUUID();
    await promoter.send('cancelSales', storm);
    await promoter.send('resumeSales', { requestId: refused });
    const [outcome, nothing] = [promoter.outcome(refused), promoter.outcome(randomUUID())];
    nothing.catch(() => undefined);
    await eventually(async () => {
      const { raw } = await promoter.handle.describe();
      return (raw.pendingWorkflowTask?.scheduledTime ?? undefined) !== undefined;
    });
    await stage.startWorker();
    expect(await outcome).toMatchObject({ status: 'refused', refusal: { slug: 'pool-cancelled' } });
    await expect(nothing).rejects.toThrow(WorkflowUpdateFailedError);
    expect(await promoter.handle.result()).toMatchObject({ status: 'cancelled', handled: 2 });
  });

  it('is not lost when the workflow continues as new', async () => {
    const promoter = await stage.onSale({ closesAt: new Date(Date.now() + 3_600_000).toISOString() });
    const first = (await promoter.handle.describe()).runId;
    const requestId = randomUUID();
    await promoter.send('stopSales', { ...storm, requestId });
    const prices = Array.from({ length: 40 }, (_, index) => 6_000 + index);
    const asked = prices.map((amount) => promoter.ask('reprice', { price: { amount, currency: 'EUR' } }));
    for (const outcome of await Promise.all(asked)) {
      expect(outcome).toMatchObject({ status: 'done', poolStatus: 'stopped' });
    }
    await promoter.ask('resumeSales');
    const state = await promoter.ask('stopSales', storm).then(() => promoter.status());
    expect(state).toMatchObject({ status: 'stopped', handled: prices.length + 3 });
    expect((await promoter.handle.describe()).runId).not.toBe(first);
    expect(await promoter.outcome(requestId)).toMatchObject({ status: 'done' });

    const repriced = (await readStream(stage.database, promoter.handle.workflowId)).flatMap(({ type, data }) =>
      type === 'PoolRepriced' ? [(data as { price: { amount: number } }).price.amount] : [],
    );
    expect(repriced.sort()).toEqual(prices);
    await promoter.ask('cancelSales', storm);
    expect(await stage.client.workflow.getHandle(promoter.handle.workflowId).result()).toMatchObject({
      status: 'cancelled',
      handled: prices.length + 4,
    });
  });
});
