import { describeWith } from '../support/describe-with';
import { eventually } from '../support/eventually';
import { say } from '../support/steps';
import { eventsOfRuns, fillRun, flood, floodLimits, givesWay, untilAppended } from './flood';
import { Stage } from './stage';

/** With what the show was asked for before, less than a run takes. */
const FULL = 240;
const illness = { reason: 'the singer is ill' };

describeWith('temporal', 'a show that gets ten thousand signals', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ on: 'temporal' });
  });
  afterEach(() => stage.assertSettled());
  afterAll(() => stage.close());

  it('is cancelled at once while they come, with all its pools', async () => {
    const director = await stage.direct();
    const { workflowId } = director.handle;
    await director.ask('publish');
    await director.ask('openSales');
    const [pool = ''] = director.pools;
    const buyer = await stage.reserve({ [pool]: 1 });
    let cancelled: Promise<number> | undefined;
    const taken = await flood(
      stage.client.workflow,
      workflowId,
      (nth) => (nth % 2 === 0 ? ['changeShow', { title: `Gala ${nth}` }] : ['closeTheDoors', { nth }]),
      {
        onTaken: async (sent) => {
          if (sent !== floodLimits.signals / 2) return;
          await eventually(() => director.send('cancelShow', illness));
          cancelled = untilAppended(stage.database, workflowId, 'ShowCancelled');
        },
      },
    );
    say(`A cancellation in the midst of ${taken} signals was in force after ${await cancelled} ms`);
    await eventually(async () => (await buyer.view())?.status === 'cancelled');
    const isOver = async () => (await director.handle.describe()).status.name === 'COMPLETED';
    await eventually(isOver);
    expect(await director.poolEvents()).toEqual(Array(2).fill(['PoolCreated', 'SalesOpened', 'PoolCancelled']));
    const lengths = await eventsOfRuns(stage.client.workflow, workflowId);
    expect(Math.max(...lengths)).toBeLessThan(floodLimits.events);
  });

  it('has its sale closed behind as many signals as a run takes, which it brings into its stream many at a time', async () => {
    const director = await stage.direct();
    await director.ask('publish');
    await stage.stopWorker();
    const { workflowId } = director.handle;
    await flood(stage.client.workflow, workflowId, () => ['openSales'], { signals: FULL });
    await director.send('closeSales');
    await stage.startWorker();
    const took = await untilAppended(stage.database, workflowId, 'ShowSalesClosed');
    say(`A closing behind ${FULL} openings was in force ${took} ms after a worker came`);
    await director.reaches({ status: 'sales-closed', handled: FULL + 2 });
    const lengths = await eventsOfRuns(stage.client.workflow, workflowId);
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBeLessThan(2 * FULL);
  });

  it('takes signals again once a worker comes, where a run has had all that Temporal takes for one', async () => {
    const director = await stage.direct();
    const full = await fillRun(stage, director.handle);
    await expect(director.send('cancelShow', illness)).rejects.toThrow();
    await givesWay(stage, full);
    await director.send('cancelShow', illness);
    await director.reaches({ status: 'cancelled' });
  });
});
