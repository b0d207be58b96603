import { randomUUID } from 'node:crypto';
import { purchaseSignals, signalsOfARun } from '../../src/domain';
import { describeWith } from '../support/describe-with';
import { eventually } from '../support/eventually';
import { say } from '../support/steps';
import type { Buyer } from './buyer';
import { eventsOfRuns, fillRun, flood, floodLimits, givesWay, untilAppended } from './flood';
import { Stage } from './stage';

/** Ten times what it takes on a machine that has nothing else to do. */
const LATE_MS = 20_000;

const payment = (token: string) => ({ paymentId: randomUUID(), method: { type: 'creditCard', token } });
const nonsense = (nth: number): [string, unknown] =>
  nth % 2 === 0 ? [purchaseSignals.payment, { paymentId: `${nth}` }] : ['pay', { nth }];

describeWith('temporal', 'a purchase that gets ten thousand signals', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ on: 'temporal' });
  });
  afterEach(() => stage.assertSettled());
  afterAll(() => stage.close());

  const flooding = (buyer: Buyer, what: Parameters<typeof flood>[2], options: Parameters<typeof flood>[3] = {}) =>
    flood(stage.client.workflow, buyer.handle.workflowId, what, options);

  async function hadShortRuns({ handle: { workflowId } }: Buyer): Promise<void> {
    const lengths = await eventually(() => eventsOfRuns(stage.client.workflow, workflowId));
    expect(Math.max(...lengths)).toBeLessThan(floodLimits.events);
  }

  it('is paid in their midst, once', async () => {
    const pool = await stage.pool({ holdSeconds: 300 });
    const buyer = await stage.reserve({ [pool]: 1 });
    let confirmed: Promise<number> | undefined;
    const taken = await flooding(buyer, nonsense, {
      onTaken: async (sent) => {
        if (sent !== floodLimits.signals / 2) return;
        await eventually(() => Promise.all([buyer.pay(), buyer.pay(), buyer.pay()]));
        confirmed = untilAppended(stage.database, buyer.handle.workflowId, 'PurchaseConfirmed');
      },
    });
    say(`A payment in the midst of ${taken} signals was confirmed after ${await confirmed} ms`);
    expect(await buyer.ends()).toMatchObject({ status: 'confirmed' });
    expect(await buyer.money()).toEqual(['capture 5000']);
    await hadShortRuns(buyer);
  });

  it('ends by its time, and gives its tickets back', async () => {
    const pool = await stage.pool({ holdSeconds: 15 });
    const buyer = await stage.reserve({ [pool]: 1 });
    const { expiresAt } = await buyer.status();
    await flooding(buyer, nonsense);
    await eventually(async () => (await buyer.view())?.status === 'expired');
    expect(await stage.counts(pool)).toMatchObject({ claimed: 0, available: 10 });
    const late = ((await buyer.view())?.updatedAt.getTime() ?? Number.NaN) - Date.parse(expiresAt ?? '');
    say(`A hold that ended in the midst of ${floodLimits.signals} signals was given up after ${late} ms`);
    expect(late).toBeLessThan(LATE_MS);
    await hadShortRuns(buyer);
  });

  it('takes the money of one, where all of them are payments that wait for a worker', async () => {
    const pool = await stage.pool({ holdSeconds: 600 });
    const buyer = await stage.reserve({ [pool]: 1 });
    await stage.stopWorker();
    await flooding(buyer, () => [purchaseSignals.payment, payment('tok_ok')], { signals: signalsOfARun });
    await stage.startWorker();
    expect(await buyer.ends()).toMatchObject({ status: 'confirmed' });
    expect(await buyer.money()).toEqual(['capture 5000']);
    await hadShortRuns(buyer);
  });

  it('takes signals again once a worker comes, where a run has had all that Temporal takes for one', async () => {
    const pool = await stage.pool({ holdSeconds: 600 });
    const buyer = await stage.reserve({ [pool]: 1 });
    const full = await fillRun(stage, buyer.handle);
    await expect(buyer.pay()).rejects.toThrow();
    await givesWay(stage, full);
    await buyer.pay();
    expect(await buyer.ends()).toMatchObject({ status: 'confirmed' });
    expect(await buyer.money()).toEqual(['capture 5000']);
  });
});
