import { setTimeout as pause } from 'node:timers/promises';
import { type Arbitrary, boolean, constantFrom, integer, record, sample } from 'fast-check';
import type { PurchaseState } from '../../src/domain';
import { purchasesById } from '../../src/projections';
import { describeWith } from '../support/describe-with';
import { eventually } from '../support/eventually';
import { testSeed } from '../support/random';
import { Buyer } from './buyer';
import { purchasePaths } from './purchase-paths';
import { statusShownBy } from './shown-status';
import { Stage } from './stage';

const HOLD_SECONDS = 3;
const PURCHASES = 40;

const life = record({
  token: constantFrom('tok_ok', 'tok_slow', 'tok_lost', 'tok_down', 'tok_declined', undefined),
  paysAfter: integer({ min: 0, max: 2_500 }),
  cancels: constantFrom(false, false, false, true),
  terminatedAfter: integer({ min: 0, max: 6_000 }),
  resetAfter: integer({ min: 0, max: 4_000 }),
  toTask: integer({ min: 0, max: 10 }),
  reapply: boolean(),
  paysAgain: boolean(),
});
type Life = typeof life extends Arbitrary<infer Value> ? Value : never;

/** Buys, pays or cancels, is terminated at a moment of its own, reset to some task, and perhaps paid again. */
async function live(stage: Stage, pool: string, of: Life): Promise<Buyer> {
  const buyer = await stage.reserve({ [pool]: 1 });
  const { workflowId } = buyer.handle;
  const said = pause(of.paysAfter).then(async () => {
    if (of.token !== undefined) await buyer.pay(of.token).catch(() => undefined);
    if (of.cancels) await buyer.cancel().catch(() => undefined);
  });
  await pause(of.terminatedAfter);
  const wasTerminated = await buyer.handle.terminate('by mistake').then(
    () => true,
    () => false,
  );
  await said;
  if (!wasTerminated) return buyer;
  await pause(of.resetAfter);
  const tasks = await stage.tasksOf(workflowId);
  const task = tasks[of.toTask % tasks.length];
  await stage.reset(workflowId, { reapply: of.reapply, ...(task && { task }) });
  const again = new Buyer(buyer.request, stage.client.workflow.getHandle(workflowId), stage.database);
  if (of.paysAgain) await again.pay().catch(() => undefined);
  return buyer;
}

describeWith('temporal', 'a purchase that is reset', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ on: 'temporal' });
  });
  afterAll(async () => {
    await stage.assertSettled();
    await stage.close();
  });

  it.each(purchasePaths)(
    'to any task of $name, with its signals or without and paid once more, stays what its stream says',
    async ({ play }) => {
      const { workflowId } = await play(stage);
      stage.provider.endHoldUps();
      const buyer = stage.buyerOf(workflowId);
      const books = async () => ({ events: await buyer.events(), money: await buyer.money() });
      const [before, status] = [await books(), (await buyer.view())?.status];
      for (const task of await stage.tasksOf(workflowId)) {
        for (const reapply of [true, false]) {
          await stage.reset(workflowId, { task, reapply });
          const run = stage.client.workflow.getHandle(workflowId);
          const again = new Buyer(buyer.request, run, stage.database);
          await again.pay().catch(() => undefined);
          expect(await run.result()).toMatchObject({ status });
          expect(await statusShownBy(run)).toBe(status);
          expect(await books()).toEqual(before);
        }
      }
    },
  );

  it(`after it was terminated at any moment ends with its books right (seed ${testSeed()})`, async () => {
    const pool = await stage.pool({ capacity: PURCHASES, holdSeconds: HOLD_SECONDS });
    const lives = sample(life, { seed: testSeed(), numRuns: PURCHASES });
    const buyers = await Promise.all(lives.map((each) => live(stage, pool, each)));
    await eventually(async () => {
      const views = await purchasesById(
        stage.database,
        buyers.map(({ id }) => id),
      );
      expect(views.filter(({ status }) => status === 'reserved' || status === 'paying')).toEqual([]);
    });
    for (const buyer of buyers) {
      const run = stage.client.workflow.getHandle(buyer.handle.workflowId);
      const { status }: PurchaseState = await run.result();
      expect([buyer.id, status]).toEqual([buyer.id, (await buyer.view())?.status]);
    }
  });
});
