import { randomUUID } from 'node:crypto';
import { describeWith } from '../support/describe-with';
import { eventually } from '../support/eventually';
import { Stage } from './stage';

const HOLD_SECONDS = 4;

describeWith('temporal', 'while the payment provider is away,', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ on: 'temporal' });
  });
  afterEach(() => stage.assertSettled());
  afterAll(() => stage.close());

  it('a purchase that is paid gives its tickets back when its hold ends, not before, and settles the payment later', async () => {
    const pool = await stage.pool({ holdSeconds: HOLD_SECONDS });
    const buyer = await stage.reserve({ [pool]: 1 });
    const comeBack = stage.provider.goAway();
    await buyer.pay();
    await eventually(async () => (await buyer.events()).includes('PurchaseExpired'));
    const { expiresAt, updatedAt } = (await buyer.view()) ?? {};
    expect(updatedAt?.getTime()).toBeGreaterThanOrEqual(Date.parse(expiresAt ?? ''));
    expect(await stage.counts(pool)).toEqual({ available: 10, claimed: 0, sold: 0 });
    comeBack();
    expect(await buyer.ends()).toMatchObject({ status: 'expired' });
    expect(await buyer.events()).toEqual(['TicketsReserved', 'PaymentStarted', 'PurchaseExpired', 'PaymentVoided']);
  });

  it('a run that finds a payment under way waits for what became of it, and no longer than the hold', async () => {
    const pool = await stage.pool({ holdSeconds: HOLD_SECONDS });
    const buyer = await stage.reserve({ [pool]: 1 });
    const paymentId = randomUUID();
    stage.provider.holdUp(paymentId, 'after the money was taken');
    await buyer.pay('tok_ok', paymentId);
    await eventually(async () => (await buyer.money()).length > 0);
    const comeBack = stage.provider.goAway();
    const again = await stage.startAnew(buyer);
    await eventually(async () => (await buyer.events()).includes('PurchaseExpired'));
    expect(await stage.counts(pool)).toEqual({ available: 10, claimed: 0, sold: 0 });
    comeBack();
    expect(await again.ends()).toMatchObject({ status: 'refunded' });
    expect(await buyer.money()).toEqual(['capture 5000', 'refund 5000']);
  });
});
