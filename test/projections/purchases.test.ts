import { v7 } from 'uuid';
import { orderId } from '../../src/domain';
import { purchaseAsReserved, purchasesById, purchasesOfCustomer, purchaseTimeline } from '../../src/projections';
import { type Ledger, onSale, openBoxOffice, purchaseOf, stepOf } from '../support/box-office';
import { euros } from '../support/domain-events';
import { followed } from '../support/followed';

describe('a purchase as its customer sees it', () => {
  let boxOffice: Awaited<ReturnType<typeof openBoxOffice>>;
  let ledger: Ledger;
  let pool: string;
  beforeAll(async () => {
    boxOffice = await openBoxOffice();
    ledger = boxOffice.another();
    pool = await onSale(ledger, { capacity: 1_000 });
  });
  afterAll(() => boxOffice.close());

  const view = async (purchaseId: string) => (await purchasesById(ledger.database, [purchaseId]))[0];
  const asReserved = (purchaseId: string) => purchaseAsReserved(ledger.database, purchaseId);
  const paymentId = v7();
  const paying = async () => {
    const purchase = purchaseOf({ [pool]: 2 });
    await ledger.activities.reserve(purchase);
    await ledger.activities.startPayment({ ...stepOf(purchase), paymentId, method: 'payPal' });
    return purchase;
  };

  it('is reserved, with its tickets, until its hold ends', async () => {
    const purchase = purchaseOf({ [pool]: 2 }, 'alice');
    await ledger.activities.reserve(purchase);
    const ticket = { id: expect.any(String), price: euros(50) };
    const reserved = await view(purchase.purchaseId);
    expect(reserved).toEqual({
      id: purchase.purchaseId,
      status: 'reserved',
      customerId: 'alice',
      items: [{ pool, quantity: 2, tickets: [ticket, ticket] }],
      total: euros(100),
      expiresAt: '2026-03-01T12:05:00.000Z',
      payments: [],
      position: expect.any(Number),
      createdAt: expect.any(Date),
      updatedAt: reserved?.createdAt,
    });
    expect(await asReserved(purchase.purchaseId)).toEqual(reserved);
  });

  it('is rejected, with the refusal and what was asked for', async () => {
    const purchase = purchaseOf({ [pool]: 5 });
    await ledger.activities.reserve(purchase);
    const rejected = await view(purchase.purchaseId);
    expect(rejected).toMatchObject({
      status: 'rejected',
      items: [{ pool, quantity: 5 }],
      refusal: { slug: 'invalid-quantity', pool, min: 1, max: 4 },
      payments: [],
    });
    expect(rejected).not.toHaveProperty('total');
    expect(await asReserved(purchase.purchaseId)).toEqual(rejected);
  });

  it('is being paid, and reserved again after a decline', async () => {
    const { purchaseId } = await paying();
    expect(await view(purchaseId)).toMatchObject({
      status: 'paying',
      payments: [{ id: paymentId, status: 'started' }],
    });
    await ledger.activities.declinePayment({ purchaseId, paymentId, reason: 'card declined' });
    const declined = { id: paymentId, status: 'declined', reason: 'card declined', attemptsLeft: 2 };
    expect(await view(purchaseId)).toMatchObject({ status: 'reserved', payments: [declined] });
  });

  it('is confirmed, with its order id', async () => {
    const purchase = await paying();
    await ledger.activities.confirm({ ...stepOf(purchase), paymentId });
    const confirmed = await view(purchase.purchaseId);
    expect(confirmed).toMatchObject({
      status: 'confirmed',
      orderId: orderId(purchase.purchaseId),
      total: euros(100),
      payments: [{ id: paymentId, status: 'captured' }],
    });
    expect(confirmed?.updatedAt.getTime()).toBeGreaterThan(confirmed?.createdAt.getTime() ?? 0);
  });

  it.each([
    [{ kind: 'expired' }, 'expired', 'the hold ended before it was paid'],
    [{ kind: 'cancelled', reason: 'changed my mind' }, 'cancelled', 'changed my mind'],
    [{ kind: 'payment-failed', reason: 'card declined' }, 'payment-failed', 'card declined'],
  ] as const)('has ended, and says why: %p', async (ending, status, reason) => {
    const purchase = await paying();
    await ledger.activities.release({ ...stepOf(purchase), ending });
    expect(await view(purchase.purchaseId)).toMatchObject({ status, reason });
    await ledger.activities.recordRefund({ purchaseId: purchase.purchaseId, paymentId, amount: euros(100) });
    const refunded = { status: 'refunded', reason, payments: [{ id: paymentId, status: 'refunded' }] };
    expect(await view(purchase.purchaseId)).toMatchObject(refunded);
  });

  it('is still shown as it was reserved to who asks again, whatever became of it', async () => {
    const purchase = await paying();
    await ledger.activities.release({ ...stepOf(purchase), ending: { kind: 'expired' } });
    const again = await asReserved(purchase.purchaseId);
    expect(again).toMatchObject({ status: 'reserved', total: euros(100), payments: [] });
    expect(again?.updatedAt).toEqual(again?.createdAt);
    expect(again).not.toHaveProperty('reason');
  });

  it('is exact whether its row has all of its events, some, or none', async () => {
    const purchase = await paying();
    const before = await view(purchase.purchaseId);
    await followed(ledger.database);
    expect(await view(purchase.purchaseId)).toEqual(before);
    await ledger.activities.confirm({ ...stepOf(purchase), paymentId });
    const behind = await view(purchase.purchaseId);
    expect(behind).toMatchObject({ status: 'confirmed', createdAt: before?.createdAt });
    await followed(ledger.database);
    expect(await view(purchase.purchaseId)).toEqual(behind);
    const { rows } = await ledger.database.query('SELECT status, version FROM purchases WHERE id = $1', [
      purchase.purchaseId,
    ]);
    expect(rows).toEqual([{ status: 'confirmed', version: 3 }]);
  });

  it('is not there before it was decided', async () => {
    const unknown = v7();
    expect(await view(unknown)).toBeUndefined();
    expect(await asReserved(unknown)).toBeUndefined();
    expect(await purchaseTimeline(ledger.database, unknown)).toEqual([]);
  });

  it('has a timeline of all that happened to it', async () => {
    const purchase = await paying();
    await ledger.activities.confirm({ ...stepOf(purchase), paymentId });
    const timeline = await purchaseTimeline(ledger.database, purchase.purchaseId);
    expect(timeline.map(({ type }) => type)).toEqual(['TicketsReserved', 'PaymentStarted', 'PurchaseConfirmed']);
  });

  it('is listed for its customer only, the newest first, page by page', async () => {
    const ids: string[] = [];
    for (let nth = 0; nth < 5; nth += 1) {
      const purchase = { ...purchaseOf(pool, 'paula'), purchaseId: v7() };
      await ledger.activities.reserve(purchase);
      ids.unshift(purchase.purchaseId);
    }
    await followed(ledger.database);
    const page = async (limit: number, before?: string) =>
      (await purchasesOfCustomer(ledger.database, { customerId: 'paula', limit, before })).map(({ id }) => id);
    expect(await page(100)).toEqual(ids);
    expect(await page(2)).toEqual(ids.slice(0, 2));
    expect(await page(2, ids[1])).toEqual(ids.slice(2, 4));
    expect(await page(2, ids[3])).toEqual(ids.slice(4));
    expect(await page(2, ids[4])).toEqual([]);
  });
});
