import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { signalsOfARun } from '../../src/domain';
import { describeWith } from '../support/describe-with';
import { euros } from '../support/domain-events';
import { eventually } from '../support/eventually';
import { say } from '../support/steps';
import { available } from '../support/surroundings';
import { eventsOfRuns, fillRun, flood, floodLimits, givesWay, untilAppended } from './flood';
import type { Promoter } from './promoter';
import { Stage } from './stage';

const run = promisify(execFile);

const storm = { reason: 'a storm is coming' };
const reprice = (nth: number): [string, unknown] => ['reprice', { price: euros(nth) }];

describeWith('temporal', 'a pool that gets ten thousand signals', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ on: 'temporal' });
  });
  afterEach(() => stage.assertSettled());
  afterAll(() => stage.close());

  const flooding = (promoter: Promoter, options: Parameters<typeof flood>[3] = {}) =>
    flood(stage.client.workflow, promoter.handle.workflowId, reprice, options);

  /** It is steered as ever, and no run of it was long. */
  async function goesOn(promoter: Promoter): Promise<void> {
    const { workflowId } = promoter.handle;
    // A run that has had its signals takes none any more, until the next one begins.
    const resumed = await eventually(() => promoter.ask('resumeSales'));
    expect(resumed).toMatchObject({ status: 'done', poolStatus: 'on-sale' });
    const buyer = await stage.reserve({ [promoter.pool]: 1 });
    await buyer.pay();
    await buyer.reaches('confirmed');
    const lengths = await eventually(() => eventsOfRuns(stage.client.workflow, workflowId));
    expect(lengths.length).toBeGreaterThan(1);
    expect(Math.max(...lengths)).toBeLessThan(floodLimits.events);
  }

  it('stops at once while they come, and is steered afterwards', async () => {
    const promoter = await stage.onSale();
    let stopped: Promise<number> | undefined;
    const taken = await flooding(promoter, {
      onTaken: async (nth) => {
        if (nth !== floodLimits.signals / 2) return;
        await eventually(() => promoter.send('stopSales', storm));
        stopped = untilAppended(stage.database, promoter.handle.workflowId, 'SalesStopped');
      },
    });
    expect(taken).toBe(floodLimits.signals);
    say(`A stop in the midst of ${taken} signals was in force after ${await stopped} ms`);
    await eventually(async () => (await promoter.status()).status === 'stopped');
    await goesOn(promoter);
  });

  it('stops first of all when a worker comes, behind as many as a run takes', async () => {
    const promoter = await stage.onSale();
    await stage.stopWorker();
    await flooding(promoter, { signals: signalsOfARun - 1 });
    await promoter.send('stopSales', storm);
    await stage.startWorker();
    const took = await untilAppended(stage.database, promoter.handle.workflowId, 'SalesStopped');
    say(`A stop behind ${signalsOfARun - 1} signals was in force ${took} ms after a worker came`);
    expect((await stage.poolEvents(promoter.pool)).slice(0, 2)).toEqual(['PoolCreated', 'SalesStopped']);
    await goesOn(promoter);
  });

  it('takes signals again once a worker comes, where a run has had all that Temporal takes for one', async () => {
    const promoter = await stage.onSale();
    const full = await fillRun(stage, promoter.handle);
    await expect(promoter.send('stopSales', storm)).rejects.toThrow(
      expect.objectContaining({
        cause: expect.objectContaining({ details: expect.stringContaining('limit for signal') }),
      }),
    );
    await givesWay(stage, full);
    await promoter.send('stopSales', storm);
    await promoter.reaches({ status: 'stopped' });
    await goesOn(promoter);
  });

  it('takes equal ones as one, and a stop of the CLI before them', async () => {
    const promoter = await stage.onSale();
    await stage.stopWorker();
    const { workflowId } = promoter.handle;
    const equal = (): [string, unknown] => ['reprice', { price: euros(80) }];
    await flood(stage.client.workflow, workflowId, equal, { signals: 200 });
    const { program, address } = available('temporal');
    const where = ['--address', address, '--namespace', stage.env.namespace ?? 'default'];
    const stop = ['--name', 'stopSales', '--input', JSON.stringify(storm)];
    await run(program, ['workflow', 'signal', '--workflow-id', workflowId, ...stop, ...where]);
    await stage.startWorker();
    await eventually(async () => expect(await promoter.status()).toMatchObject({ status: 'stopped', handled: 201 }));
    expect(await stage.poolEvents(promoter.pool)).toEqual(['PoolCreated', 'SalesStopped', 'PoolRepriced']);
  });
});
