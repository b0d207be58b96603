import { euros } from '../support/domain-events';
import { eventually } from '../support/eventually';
import { fillRun, givesWay } from './flood';
import type { Path } from './paths';
import type { Promoter } from './promoter';
import type { Stage } from './stage';

type Act = (promoter: Promoter, stage: Stage) => Promise<unknown>;

const storm = { reason: 'a storm is coming' };

/** A pool on sale that is steered by `act`. */
const path = (name: string, status: string, act: Act): Path => ({
  name: `pool-${name}`,
  status,
  async play(stage) {
    const promoter = await stage.onSale();
    await act(promoter, stage);
    await promoter.reaches({ status });
    return promoter.handle;
  },
});

/** More signals than a history of the test server may hold. */
const manySignals = 20;

async function continuedAsNew(stage: Stage): Promise<{ promoter: Promoter; firstRun: string }> {
  const promoter = await stage.onSale();
  const firstRun = (await promoter.handle.describe()).runId;
  await promoter.ask('stopSales', storm);
  for (let amount = 1; amount <= manySignals; amount += 1) await promoter.ask('reprice', { price: euros(amount) });
  await eventually(async () => (await promoter.handle.describe()).runId !== firstRun);
  return { promoter, firstRun };
}

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();

/** Every way that a pool can go. */
export const poolPaths: readonly Path[] = [
  path('on-sale', 'on-sale', async () => undefined),
  path('stopped', 'stopped', async (promoter, stage) => {
    const buyer = await stage.reserve({ [promoter.pool]: 1 });
    await promoter.ask('stopSales', storm);
    await buyer.ends();
  }),
  path('stopped-and-resumed', 'on-sale', async (promoter) => {
    await promoter.ask('stopSales', { ...storm, holds: 'honour' });
    await promoter.ask('resumeSales');
  }),
  path('repriced', 'on-sale', (promoter) => promoter.ask('reprice', { price: euros(80) })),
  path('cancelled', 'cancelled', async (promoter, stage) => {
    await stage.reserve({ [promoter.pool]: 1 });
    await promoter.send('cancelSales', storm);
    await promoter.handle.result();
  }),
  path('cancelled-by-an-operator', 'cancelled', async (promoter) => {
    await promoter.handle.cancel();
    await promoter.handle.result();
  }),
  path('with-signals-not-understood', 'on-sale', async (promoter) => {
    await promoter.send('stopSale', storm);
    await promoter.ask('stopSales', { why: 'a storm is coming' });
  }),
  path('with-a-signal-refused', 'on-sale', (promoter) =>
    promoter.ask('reprice', { price: { amount: 5_000, currency: 'CHF' } }),
  ),
  path('with-an-outcome-asked-for-first', 'stopped', async (promoter) => {
    const requestId = 'stop-1';
    const outcome = promoter.outcome(requestId);
    await eventually(async () => {
      const { events } = await promoter.handle.fetchHistory();
      return events?.some(({ workflowExecutionUpdateAcceptedEventAttributes: accepted }) => accepted) ?? false;
    });
    await promoter.send('stopSales', { ...storm, requestId });
    await outcome;
  }),
  {
    name: 'pool-opened-and-closed',
    status: 'closed',
    async play(stage) {
      const promoter = await stage.promote({ opensAt: inSeconds(1), closesAt: inSeconds(2) });
      await promoter.reaches({ status: 'closed' });
      return promoter.handle;
    },
  },
  {
    name: 'pool-refused',
    status: 'refused',
    async play(stage) {
      const name = await stage.pool({ capacity: 1 });
      const promoter = await stage.promote({ name, capacity: 2 });
      await promoter.handle.result();
      return promoter.handle;
    },
  },
  {
    name: 'pool-signalled-before-it-was-made',
    status: 'stopped',
    async play(stage) {
      await stage.stopWorker();
      const promoter = await stage.promote();
      await promoter.send('resumeSales');
      await promoter.send('stopSales', storm);
      await stage.startWorker();
      await promoter.reaches({ status: 'stopped' });
      return promoter.handle;
    },
  },
  {
    name: 'pool-stopped-before-all-that-waited',
    status: 'on-sale',
    async play(stage) {
      await stage.stopWorker();
      const promoter = await stage.promote();
      for (const amount of [60, 70, 60]) await promoter.send('reprice', { price: euros(amount) });
      await promoter.send('withhold', { quantity: 1 });
      await promoter.send('stopSales', storm);
      await promoter.send('resumeSales');
      await stage.startWorker();
      await promoter.reaches({ status: 'on-sale', handled: 6 });
      await promoter.ask('giveBack', { quantity: 1 });
      return promoter.handle;
    },
  },
  {
    name: 'pool-started-anew-once-stopped',
    status: 'stopped',
    async play(stage) {
      const promoter = await stage.onSale();
      const buyer = await stage.reserve({ [promoter.pool]: 1 });
      await promoter.handle.terminate('by mistake');
      const step = { name: 'stopSales' as const, input: storm };
      await stage.activities.steerPool({ pool: promoter.pool, step, stepId: 'of-the-run-before' });
      const anew = await stage.steerAnew(promoter);
      await buyer.ends();
      await anew.reaches({ status: 'stopped' });
      return anew.handle;
    },
  },
  {
    name: 'pool-opened-and-closed-by-its-alarm',
    status: 'closed',
    async play(stage) {
      const promoter = await stage.promote({ opensAt: inSeconds(1), closesAt: inSeconds(3) });
      await promoter.reaches({ status: 'on-sale' });
      await promoter.ask('reprice', { price: euros(80) });
      await promoter.reaches({ status: 'closed' });
      return promoter.handle;
    },
  },
  {
    name: 'pool-that-has-had-its-signals',
    status: 'on-sale',
    async play(stage) {
      const full = await fillRun(stage, (await stage.onSale()).handle);
      await givesWay(stage, full);
      return full;
    },
  },
  {
    name: 'pool-until-it-continues-as-new',
    status: 'stopped',
    async play(stage) {
      const { promoter, firstRun } = await continuedAsNew(stage);
      return stage.client.workflow.getHandle(promoter.handle.workflowId, firstRun);
    },
  },
  {
    name: 'pool-continued-as-new',
    status: 'on-sale',
    async play(stage) {
      const { promoter } = await continuedAsNew(stage);
      await promoter.ask('resumeSales');
      return promoter.handle;
    },
  },
];
