import { randomUUID } from 'node:crypto';
import { describeWith } from '../support/describe-with';
import { eventually } from '../support/eventually';
import { Stage } from './stage';

describeWith('timeSkipping', 'a payment', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ on: 'timeSkipping' });
  });
  afterEach(() => stage.assertSettled());
  afterAll(() => stage.close());

  it('that is declined three times ends the purchase without tickets or money', async () => {
    const pool = await stage.pool();
    const buyer = await stage.reserve({ [pool]: 2 });
    await buyer.pay('tok_declined');
    await buyer.pay('tok_insufficient_funds');
    await buyer.pay('tok_declined');
    expect(await buyer.ends()).toMatchObject({ status: 'payment-failed', attemptsLeft: 0 });
    const declined = ['PaymentStarted', 'PaymentDeclined'];
    expect(await buyer.events()).toEqual(['TicketsReserved', ...declined, ...declined, ...declined, 'PaymentFailed']);
    expect(await stage.counts(pool)).toEqual({ available: 10, claimed: 0, sold: 0 });
    expect(await buyer.money()).toEqual([]);
  });

  it('that is declined may be tried again with another card', async () => {
    const pool = await stage.pool();
    const buyer = await stage.reserve({ [pool]: 1 });
    await buyer.pay('tok_declined');
    await eventually(async () => (await buyer.status()).attemptsLeft === 2);
    await buyer.reaches('reserved');
    await buyer.pay('tok_ok');
    expect(await buyer.ends()).toMatchObject({ status: 'confirmed', attemptsLeft: 2 });
    expect(await buyer.money()).toEqual(['capture 5000']);
  });

  it.each([
    ['whose answer is lost is taken once', 'tok_lost'],
    ['that finds the provider away is tried until it is back', 'tok_down'],
    ['that takes its time confirms', 'tok_slow'],
  ])('%s', async (_, token) => {
    const pool = await stage.pool();
    const buyer = await stage.reserve({ [pool]: 1 });
    await buyer.pay(token);
    expect(await buyer.ends()).toMatchObject({ status: 'confirmed', attemptsLeft: 3 });
    expect(await buyer.events()).toEqual(['TicketsReserved', 'PaymentStarted', 'PurchaseConfirmed']);
    expect(await buyer.money()).toEqual(['capture 5000']);
    expect(await stage.counts(pool)).toEqual({ available: 9, claimed: 0, sold: 1 });
  });

  it('with a token that the provider does not know is declined', async () => {
    const buyer = await stage.reserve({ [await stage.pool()]: 1 });
    await buyer.pay('4111111111111111');
    await buyer.pay();
    expect(await buyer.ends()).toMatchObject({ status: 'confirmed', attemptsLeft: 2 });
  });

  it('that is sent twice is taken once', async () => {
    const buyer = await stage.reserve({ [await stage.pool()]: 1 });
    const paymentId = randomUUID();
    await Promise.all([buyer.pay('tok_declined', paymentId), buyer.pay('tok_declined', paymentId)]);
    await buyer.pay('tok_ok');
    expect(await buyer.ends()).toMatchObject({ status: 'confirmed', attemptsLeft: 2 });
    expect(await buyer.money()).toEqual(['capture 5000']);
  });

  it('beside another one is the only one that is taken', async () => {
    const buyer = await stage.reserve({ [await stage.pool()]: 1 });
    await Promise.all([buyer.pay('tok_slow'), buyer.pay('tok_ok')]);
    expect(await buyer.ends()).toMatchObject({ status: 'confirmed' });
    expect(await buyer.money()).toEqual(['capture 5000']);
  });

  it('may come before the reservation is decided', async () => {
    const pool = await stage.pool();
    await stage.stopWorker();
    const buyer = await stage.buy({ [pool]: 1 });
    await buyer.pay();
    await stage.startWorker();
    expect(await buyer.ends()).toMatchObject({ status: 'confirmed' });
    expect(await buyer.money()).toEqual(['capture 5000']);
  });

  const method = { type: 'creditCard', token: 'tok_ok' };
  it.each([
    ['nothing at all', undefined],
    ['null', null],
    ['text', 'tok_ok'],
    ['no method', { paymentId: randomUUID() }],
    ['no payment id', { method }],
    ['a payment id that is no UUID', { paymentId: 'payment-1', method }],
    ['a method that nobody takes', { paymentId: randomUUID(), method: { ...method, type: 'barter' } }],
    ['no token', { paymentId: randomUUID(), method: { type: 'creditCard' } }],
    ['an empty token', { paymentId: randomUUID(), method: { ...method, token: '' } }],
    ['a token with control characters', { paymentId: randomUUID(), method: { ...method, token: 'tok\u0000ok' } }],
    ['a token without end', { paymentId: randomUUID(), method: { ...method, token: 'x'.repeat(10_000) } }],
  ])('signal that holds %s changes nothing', async (_, payment) => {
    const buyer = await stage.reserve({ [await stage.pool()]: 1 });
    await buyer.handle.signal('payment', payment);
    expect(await buyer.status()).toMatchObject({ status: 'reserved', attemptsLeft: 3 });
    await buyer.pay();
    expect(await buyer.ends()).toMatchObject({ status: 'confirmed', attemptsLeft: 3 });
    expect(await buyer.events()).toEqual(['TicketsReserved', 'PaymentStarted', 'PurchaseConfirmed']);
  });
});
