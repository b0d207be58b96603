import { randomUUID } from 'node:crypto';
import { orderId } from '../../src/domain';
import { readStream } from '../../src/store';
import { type Ledger, onSale, openBoxOffice, purchaseOf, stepOf } from '../support/box-office';
import { euros } from '../support/domain-events';

describe('a step of a purchase that is run again', () => {
  let boxOffice: Awaited<ReturnType<typeof openBoxOffice>>;
  let ledger: Ledger;
  let pool: string;
  const start = new Date('2026-03-01T12:00:00Z');
  beforeAll(async () => {
    boxOffice = await openBoxOffice();
  });
  beforeEach(async () => {
    ledger = boxOffice.another();
    ledger.clock.now = start;
    pool = await onSale(ledger);
  });
  afterAll(() => boxOffice.close());

  const typesOf = async (stream: string) => (await readStream(ledger.database, stream)).map(({ type }) => type);
  const written = async (purchaseId: string) => ({
    pool: (await typesOf(`pool-${pool}`)).slice(1),
    purchase: await typesOf(`purchase-${purchaseId}`),
  });
  const reserved = async (quantity = 1) => {
    const purchase = purchaseOf({ [pool]: quantity });
    await ledger.activities.reserve(purchase);
    return purchase;
  };
  /** Runs it three times: on this process twice, and on one that has seen nothing yet. */
  const thrice = async <Result>(run: (activities: Ledger['activities']) => Promise<Result>): Promise<Result> => {
    const first = await run(ledger.activities);
    expect(await run(ledger.activities)).toEqual(first);
    expect(await run(boxOffice.another().activities)).toEqual(first);
    return first;
  };

  it('reserves the same tickets once, and counts the hold down from the first time', async () => {
    const purchase = purchaseOf({ [pool]: 2 });
    expect(await thrice(({ reserve }) => reserve(purchase))).toEqual({
      reserved: true,
      total: euros(100),
      expiresAt: '2026-03-01T12:05:00.000Z',
      holdMilliseconds: 300_000,
    });
    ledger.clock.now = new Date(start.getTime() + 299_000);
    expect(await ledger.activities.reserve(purchase)).toMatchObject({ holdMilliseconds: 1_000 });
    ledger.clock.now = new Date(start.getTime() + 301_000);
    expect(await ledger.activities.reserve(purchase)).toMatchObject({ holdMilliseconds: 0 });
    expect(await written(purchase.purchaseId)).toEqual({
      pool: ['TicketClaimed', 'TicketClaimed'],
      purchase: ['TicketsReserved'],
    });
  });

  it('is refused for the same reason, also when it could be had by now', async () => {
    const last = await reserved(4);
    const many = purchaseOf({ [await onSale(ledger, { capacity: 1 })]: 2 });
    const early = purchaseOf({ [pool]: 4, nowhere: 1 });
    expect(await thrice(({ reserve }) => reserve(many))).toMatchObject({
      refusal: { slug: 'insufficient-inventory', requested: 2, available: 1 },
    });
    const refused = await thrice(({ reserve }) => reserve(early));
    expect(refused).toEqual({ reserved: false, refusal: { slug: 'not-found', what: 'pool nowhere' } });
    await onSale(ledger, { name: 'nowhere' });
    await ledger.activities.release({ ...stepOf(last), ending: { kind: 'expired' } });
    expect(await ledger.activities.reserve(early)).toEqual(refused);
    expect((await written(early.purchaseId)).purchase).toEqual(['PurchaseRejected']);
  });

  it('confirms with one order id, and the tickets are sold once', async () => {
    const purchase = await reserved(2);
    const confirmation = { ...stepOf(purchase), paymentId: randomUUID() };
    expect(await thrice(({ confirm }) => confirm(confirmation))).toEqual({
      confirmed: true,
      orderId: orderId(purchase.purchaseId),
    });
    expect(await written(purchase.purchaseId)).toEqual({
      pool: ['TicketClaimed', 'TicketClaimed', 'TicketBought', 'TicketBought'],
      purchase: ['TicketsReserved', 'PurchaseConfirmed'],
    });
  });

  it('releases once, and does not touch what the tickets were sold to later', async () => {
    const purchase = await reserved(2);
    const release = { ...stepOf(purchase), ending: { kind: 'expired' } as const };
    await ledger.activities.release(release);
    await reserved(1);
    await thrice((activities) => activities.release(release));
    expect(await written(purchase.purchaseId)).toEqual({
      pool: ['TicketClaimed', 'TicketClaimed', 'TicketReleased', 'TicketReleased', 'TicketClaimed'],
      purchase: ['TicketsReserved', 'PurchaseExpired'],
    });
  });

  it('starts, declines and refunds a payment once', async () => {
    const purchase = await reserved();
    const { purchaseId } = purchase;
    const paymentId = randomUUID();
    await thrice(({ startPayment }) => startPayment({ purchaseId, paymentId, method: 'applePay' }));
    const declined = { purchaseId, paymentId, reason: 'card declined', attemptsLeft: 2 };
    await thrice(({ declinePayment }) => declinePayment(declined));
    await ledger.activities.release({ ...stepOf(purchase), ending: { kind: 'cancelled', reason: 'changed my mind' } });
    await thrice(({ recordRefund }) => recordRefund({ purchaseId, paymentId, amount: euros(50) }));
    expect((await written(purchaseId)).purchase).toEqual([
      'TicketsReserved',
      'PaymentStarted',
      'PaymentDeclined',
      'PurchaseCancelled',
      'PaymentRefunded',
    ]);
  });

  it('does not confirm what was released, nor release what was confirmed', async () => {
    const [late, paid] = [await reserved(), await reserved()];
    const paymentId = randomUUID();
    await ledger.activities.release({ ...stepOf(late), ending: { kind: 'expired' } });
    expect(await ledger.activities.confirm({ ...stepOf(late), paymentId })).toEqual({ confirmed: false });
    await ledger.activities.confirm({ ...stepOf(paid), paymentId });
    await ledger.activities.release({ ...stepOf(paid), ending: { kind: 'expired' } });
    expect((await written(late.purchaseId)).purchase).toEqual(['TicketsReserved', 'PurchaseExpired']);
    expect(await written(paid.purchaseId)).toEqual({
      pool: ['TicketClaimed', 'TicketClaimed', 'TicketReleased', 'TicketBought'],
      purchase: ['TicketsReserved', 'PurchaseConfirmed'],
    });
  });

  it('writes nothing for a purchase that was never reserved', async () => {
    const purchase = purchaseOf(pool);
    await ledger.activities.release({ ...stepOf(purchase), ending: { kind: 'expired' } });
    const paymentId = randomUUID();
    expect(await ledger.activities.confirm({ ...stepOf(purchase), paymentId })).toEqual({ confirmed: false });
    expect(await written(purchase.purchaseId)).toEqual({ pool: [], purchase: [] });
  });

  it('never gives back the money of a purchase that keeps its tickets', async () => {
    const purchase = await reserved();
    const refund = { purchaseId: purchase.purchaseId, paymentId: randomUUID(), amount: euros(50) };
    await expect(ledger.activities.recordRefund(refund)).rejects.toMatchObject({ name: 'InvariantViolated' });
    await ledger.activities.confirm({ ...stepOf(purchase), paymentId: refund.paymentId });
    await expect(ledger.activities.recordRefund(refund)).rejects.toMatchObject({ name: 'InvariantViolated' });
  });

  it('is written with what it belongs to', async () => {
    const { purchaseId } = await reserved();
    const workflow = `purchase-${purchaseId}`;
    const metadata = { correlation: purchaseId, causation: expect.stringMatching(/reserve$/), workflow };
    const [claim] = (await readStream(ledger.database, `pool-${pool}`)).slice(1);
    const [opening] = await readStream(ledger.database, workflow);
    expect([claim?.metadata, opening?.metadata]).toEqual([metadata, metadata]);
  });
});
