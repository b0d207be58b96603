import { randomUUID } from 'node:crypto';
import { describeWith } from '../support/describe-with';
import { eventually } from '../support/eventually';
import type { Buyer } from './buyer';
import { Stage } from './stage';

describeWith('timeSkipping', 'a purchase that must end', () => {
  let stage: Stage;
  let pool: string;
  beforeAll(async () => {
    stage = await Stage.open({ on: 'timeSkipping' });
  });
  beforeEach(async () => {
    pool = await stage.pool();
  });
  afterEach(async () => {
    await stage.assertSettled();
    expect(await stage.counts(pool)).toEqual({ available: 10, claimed: 0, sold: 0 });
  });
  afterAll(() => stage.close());

  type Cause = [cause: string, end: (buyer: Buyer) => Promise<unknown>];
  const causes: Cause[] = [
    ['its customer cancels', (buyer) => buyer.cancel()],
    ['its sale is stopped', (buyer) => buyer.saleStopped()],
    ['an operator cancels its workflow', (buyer) => buyer.handle.cancel()],
  ];

  it.each(causes)('gives its tickets back when %s', async (_, end) => {
    const buyer = await stage.reserve({ [pool]: 2 });
    await end(buyer);
    expect(await buyer.ends()).toMatchObject({ status: 'cancelled' });
    expect(await buyer.events()).toEqual(['TicketsReserved', 'PurchaseCancelled']);
    expect(await buyer.lasted()).toBeLessThan(30_000);
    expect(await buyer.money()).toEqual([]);
  });

  it.each(causes)('gives its tickets back when %s before it was decided', async (_, end) => {
    await stage.stopWorker();
    const buyer = await stage.buy({ [pool]: 2 });
    await end(buyer);
    await stage.startWorker();
    expect(await buyer.ends()).toMatchObject({ status: 'cancelled' });
    expect(await buyer.events()).toEqual(['TicketsReserved', 'PurchaseCancelled']);
  });

  it.each(causes)('takes no money any more when %s while a payment is on its way', async (_, end) => {
    const buyer = await stage.reserve({ [pool]: 1 });
    const paymentId = randomUUID();
    const goOn = stage.provider.holdUp(paymentId, 'before the money is taken');
    await buyer.pay('tok_ok', paymentId);
    await buyer.reaches('paying');
    await end(buyer);
    expect(await buyer.ends()).toMatchObject({ status: 'cancelled' });
    expect(await goOn()).toMatchObject({ status: 'declined', reason: 'voided' });
    expect(await buyer.events()).toEqual(['TicketsReserved', 'PaymentStarted', 'PurchaseCancelled', 'PaymentVoided']);
    expect(await buyer.money()).toEqual([]);
  });

  it.each(causes)('gives the money back when %s while the answer to a payment is on its way', async (_, end) => {
    const buyer = await stage.reserve({ [pool]: 1 });
    const paymentId = randomUUID();
    const goOn = stage.provider.holdUp(paymentId, 'after the money was taken');
    await buyer.pay('tok_ok', paymentId);
    await buyer.reaches('paying');
    await eventually(async () => (await buyer.money()).length > 0);
    await end(buyer);
    expect(await buyer.ends()).toMatchObject({ status: 'refunded' });
    await goOn();
    expect(await buyer.events()).toEqual(['TicketsReserved', 'PaymentStarted', 'PurchaseCancelled', 'PaymentRefunded']);
    expect(await buyer.money()).toEqual(['capture 5000', 'refund 5000']);
  });

  it('is confirmed or compensated, never half, when it is cancelled while tok_slow is captured', async () => {
    const buyer = await stage.reserve({ [pool]: 1 });
    await buyer.pay('tok_slow');
    await buyer.reaches('paying');
    await buyer.saleStopped();
    expect(await buyer.ends()).toMatchObject({ status: 'cancelled' });
    expect(await buyer.money()).toEqual([]);
  });

  it('takes no money when its tickets are gone by the time it is paid', async () => {
    const buyer = await stage.reserve({ [pool]: 1 });
    await stage.activities.release({ purchaseId: buyer.id, pools: [pool], ending: { kind: 'expired' } });
    await buyer.pay();
    expect(await buyer.ends()).toMatchObject({ status: 'expired' });
    expect(await buyer.events()).toEqual(['TicketsReserved', 'PurchaseExpired']);
    expect(await buyer.money()).toEqual([]);
  });

  it('gives the money back when its tickets are gone by the time it was paid', async () => {
    const buyer = await stage.reserve({ [pool]: 1 });
    const paymentId = randomUUID();
    const goOn = stage.provider.holdUp(paymentId, 'after the money was taken');
    await buyer.pay('tok_ok', paymentId);
    await eventually(async () => (await buyer.money()).length > 0);
    await stage.activities.release({ purchaseId: buyer.id, pools: [pool], ending: { kind: 'expired' } });
    await goOn();
    expect(await buyer.ends()).toMatchObject({ status: 'refunded' });
    expect(await buyer.events()).toEqual(['TicketsReserved', 'PaymentStarted', 'PurchaseExpired', 'PaymentRefunded']);
    expect(await buyer.money()).toEqual(['capture 5000', 'refund 5000']);
  });

  it('keeps the first reason, and reasons that could not be stored do no harm', async () => {
    const buyer = await stage.reserve({ [pool]: 1 });
    await buyer.saleStopped(`bad\u0000weather \ud800${'!'.repeat(5_000)}`);
    await buyer.cancel();
    await buyer.ends();
    const { reason } = (await buyer.view()) ?? {};
    expect(reason).toMatch(/^the sale was stopped: bad weather .?!+$/);
    expect(reason?.length).toBeLessThan(600);
  });
});
