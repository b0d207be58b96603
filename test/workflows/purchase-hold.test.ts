import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError } from '@temporalio/client';
import { describeWith } from '../support/describe-with';
import { reservedName, sendRaw, unreadable } from './raw-signal';
import { Stage } from './stage';

const MINUTE_MS = 60_000;
/** What an end may be late by: the grace of a capture that began in time, a step or two, and a busy machine. */
const LATE_MS = 8_000;

describeWith('timeSkipping', 'a hold', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ on: 'timeSkipping' });
  });
  afterEach(() => stage.assertSettled());
  afterAll(() => stage.close());

  it('that is not paid in five minutes gives its tickets back', async () => {
    const pool = await stage.pool();
    const buyer = await stage.reserve({ [pool]: 2 });
    expect(await stage.counts(pool)).toEqual({ available: 8, claimed: 2, sold: 0 });

    expect(await buyer.lasted()).toBeGreaterThan(5 * MINUTE_MS - LATE_MS);
    expect(await buyer.lasted()).toBeLessThan(5 * MINUTE_MS + LATE_MS);
    expect(await buyer.ends()).toMatchObject({ status: 'expired', attemptsLeft: 3 });
    expect(await buyer.events()).toEqual(['TicketsReserved', 'PurchaseExpired']);
    expect(await stage.counts(pool)).toEqual({ available: 10, claimed: 0, sold: 0 });
    expect(await buyer.money()).toEqual([]);
  });

  it('that is paid at 4:59 is confirmed', async () => {
    const pool = await stage.pool();
    const buyer = await stage.reserve({ [pool]: 2 });
    await stage.env.sleep(5 * MINUTE_MS - 1_000);
    await buyer.pay();
    const state = await buyer.ends();
    expect(state).toMatchObject({ status: 'confirmed', orderId: expect.stringMatching(/^\w{4}-\w{4}-\w{4}$/) });
    expect(await buyer.events()).toEqual(['TicketsReserved', 'PaymentStarted', 'PurchaseConfirmed']);
    expect(await stage.counts(pool)).toEqual({ available: 8, claimed: 0, sold: 2 });
    expect(await buyer.money()).toEqual(['capture 10000']);
  });

  it('that has ended takes no payment', async () => {
    const pool = await stage.pool();
    const buyer = await stage.reserve({ [pool]: 1 });
    await stage.env.sleep(5 * MINUTE_MS + 1_000);
    await expect(buyer.pay()).rejects.toThrow(WorkflowNotFoundError);
    expect(await buyer.ends()).toMatchObject({ status: 'expired' });
    expect(await buyer.money()).toEqual([]);
  });

  it('ends in time whatever else is sent to the purchase', async () => {
    const pool = await stage.pool();
    const buyer = await stage.reserve({ [pool]: 1 });
    for (const [encoding, data] of unreadable) await sendRaw(buyer.handle, 'payment', encoding, data);
    await sendRaw(buyer.handle, reservedName, 'json/plain', '{}');
    expect(await buyer.lasted()).toBeLessThan(5 * MINUTE_MS + LATE_MS);
    expect(await buyer.ends()).toMatchObject({ status: 'expired', attemptsLeft: 3 });
    expect(await stage.counts(pool)).toEqual({ available: 10, claimed: 0, sold: 0 });
  });

  it('is not made longer by a declined payment', async () => {
    const pool = await stage.pool();
    const buyer = await stage.reserve({ [pool]: 1 });
    await stage.env.sleep(4 * MINUTE_MS);
    await buyer.pay('tok_declined');
    expect(await buyer.lasted()).toBeLessThan(5 * MINUTE_MS + LATE_MS);
    expect(await buyer.ends()).toMatchObject({ status: 'expired', attemptsLeft: 2 });
    expect(await buyer.events()).toEqual(['TicketsReserved', 'PaymentStarted', 'PaymentDeclined', 'PurchaseExpired']);
    expect(await stage.counts(pool)).toEqual({ available: 10, claimed: 0, sold: 0 });
  });

  it('over several pools lasts as long as the shortest of theirs', async () => {
    const [short, long] = [await stage.pool({ holdSeconds: 60 }), await stage.pool({ holdSeconds: 3600 })];
    const buyer = await stage.reserve({ [long]: 1, [short]: 1 });
    expect(Math.abs((await buyer.lasted()) - MINUTE_MS)).toBeLessThan(LATE_MS);
    expect(await stage.counts(long)).toEqual({ available: 10, claimed: 0, sold: 0 });
  });

  // Time does not skip while an activity runs, so these holds are short ones of real time.
  it.each([
    ['before the money is taken', 'expired', ['PurchaseExpired', 'PaymentVoided'], []],
    ['after the money was taken', 'refunded', ['PurchaseExpired', 'PaymentRefunded'], ['capture 5000', 'refund 5000']],
  ] as const)('ends a grace later when a capture stands still %s', async (place, status, ending, money) => {
    const pool = await stage.pool({ holdSeconds: 1 });
    const buyer = await stage.reserve({ [pool]: 1 });
    const paymentId = randomUUID();
    const goOn = stage.provider.holdUp(paymentId, place);
    await buyer.pay('tok_ok', paymentId);
    expect(await buyer.lasted()).toBeLessThan(1_000 + LATE_MS);
    expect(await buyer.ends()).toMatchObject({ status });
    expect(await buyer.events()).toEqual(['TicketsReserved', 'PaymentStarted', ...ending]);
    expect(await stage.counts(pool)).toEqual({ available: 10, claimed: 0, sold: 0 });
    expect(await goOn()).toMatchObject({ status: place.startsWith('after') ? 'captured' : 'declined' });
    expect(await buyer.money()).toEqual(money);
  });
});
