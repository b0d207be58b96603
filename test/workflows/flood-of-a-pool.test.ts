import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describeWith } from '../support/describe-with';
import { euros } from '../support/domain-events';
import { eventually } from '../support/eventually';
import { say } from '../support/steps';
import { available } from '../support/surroundings';
import { eventsOfRuns, flood, floodLimits, untilAppended } from './flood';
import type { Promoter } from './promoter';
import { Stage } from './stage';

const run = promisify(execFile);

const storm = { reason: 'a storm is coming' };
/** Of another pool, before the signals come. */
const purchases = 10;
const median = (values: readonly number[]) =>
  values.toSorted((one, two) => one - two)[values.length >> 1] ?? Number.NaN;
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
    // A run that had ten thousand signals takes none any more, until the next one begins.
    const resumed = await eventually(() => promoter.ask('resumeSales'), { within: floodLimits.within });
    expect(resumed).toMatchObject({ status: 'done', poolStatus: 'on-sale' });
    const buyer = await stage.reserve({ [promoter.pool]: 1 });
    await buyer.pay();
    await buyer.reaches('confirmed');
    const lengths = await eventually(() => eventsOfRuns(stage.client.workflow, workflowId), {
      within: floodLimits.within,
    });
    expect(lengths.length).toBeGreaterThan(1);
    expect(Math.max(...lengths)).toBeLessThan(floodLimits.events);
  }

  it(
    'stops at once while they come, lets others sell, and is steered afterwards',
    async () => {
      const [promoter, other] = [await stage.onSale(), await stage.onSale({ capacity: 10_000 })];
      const half = floodLimits.signals / 2;
      let stopped: Promise<number> | undefined;
      const buyOne = async () => {
        const began = performance.now();
        const buyer = await stage.reserve({ [other.pool]: 1 });
        await buyer.pay();
        await buyer.ends();
        return performance.now() - began;
      };
      const buyBeside = async (sending: Promise<unknown>) => {
        let isOver = false;
        const over = sending.finally(() => {
          isOver = true;
        });
        const took: number[] = [];
        while (!isOver || took.length === 0) took.push(await buyOne());
        await over;
        return median(took);
      };
      const quiet: number[] = [];
      while (quiet.length < purchases) quiet.push(await buyOne());
      // What Temporal's taking of so many signals costs by itself.
      const alone = { workflowId: `nobody-works-on-${promoter.pool}`, taskQueue: 'nobody', args: [] };
      const { workflowId } = await stage.client.workflow.start('nothing', alone);
      const besideNobody = await buyBeside(flood(stage.client.workflow, workflowId, reprice, { signals: half }));
      await stage.client.workflow.getHandle(workflowId).terminate();
      const beside = await buyBeside(
        flooding(promoter, {
          onTaken: async (taken) => {
            if (taken !== half) return;
            await promoter.send('stopSales', storm);
            stopped = untilAppended(stage.database, promoter.handle.workflowId, 'SalesStopped');
          },
        }),
      );
      say(`A stop in the midst of ${floodLimits.signals} signals was in force after ${await stopped} ms`);
      const times = (took: number) => (took / median(quiet)).toFixed(2);
      say(
        `A purchase of another pool took ${times(beside)} of its time without them; beside signals to a workflow that nobody works on ${times(besideNobody)}`,
      );
      await eventually(async () => (await promoter.status()).status === 'stopped', { within: floodLimits.within });
      await goesOn(promoter);
    },
    4 * floodLimits.within,
  );

  it(
    'that came while no worker was there, stops first of all when one comes',
    async () => {
      const promoter = await stage.onSale();
      await stage.stopWorker();
      // Temporal takes ten thousand for one run.
      await flooding(promoter, { signals: floodLimits.signals - 1 });
      await promoter.send('stopSales', storm);
      await stage.startWorker();
      const took = await untilAppended(stage.database, promoter.handle.workflowId, 'SalesStopped');
      say(`A stop behind ${floodLimits.signals} signals was in force ${took} ms after a worker came`);
      expect((await stage.poolEvents(promoter.pool)).slice(0, 2)).toEqual(['PoolCreated', 'SalesStopped']);
      await eventually(async () => (await promoter.details())?.includes('were dropped') ?? false, {
        within: floodLimits.within,
      });
      await goesOn(promoter);
    },
    4 * floodLimits.within,
  );

  it(
    'takes equal ones as one, and a stop of the CLI before them',
    async () => {
      const promoter = await stage.onSale();
      await stage.stopWorker();
      const { workflowId } = promoter.handle;
      const equal = (): [string, unknown] => ['reprice', { price: euros(80) }];
      await flood(stage.client.workflow, workflowId, equal, { signals: 2_000 });
      const { program, address } = available('temporal');
      const where = ['--address', address, '--namespace', stage.env.namespace ?? 'default'];
      const stop = ['--name', 'stopSales', '--input', JSON.stringify(storm)];
      await run(program, ['workflow', 'signal', '--workflow-id', workflowId, ...stop, ...where]);
      await stage.startWorker();
      await eventually(
        async () => expect(await promoter.status()).toMatchObject({ status: 'stopped', handled: 2_001 }),
        { within: floodLimits.within },
      );
      expect(await stage.poolEvents(promoter.pool)).toEqual(['PoolCreated', 'SalesStopped', 'PoolRepriced']);
    },
    2 * floodLimits.within,
  );
});
