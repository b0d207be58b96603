import { randomUUID } from 'node:crypto';
import type { PoolStep } from '../../activities';
import { orderId } from '../../src/domain';
import { readStream } from '../../src/store';
import { type Ledger, onSale, openBoxOffice, paid, purchaseOf, stepOf } from '../support/box-office';
import { euros } from '../support/domain-events';
import { eventually } from '../support/eventually';
import { lockEvents } from '../support/table-lock';

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
  /** Of a purchase that no payment was tried for. */
  const fresh = { status: 'reserved', attemptsLeft: 3, unsettled: [] };
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
    const first = {
      reserved: true,
      total: euros(100),
      expiresAt: '2026-03-01T12:05:00.000Z',
      holdMilliseconds: 300_000,
    };
    expect(await ledger.activities.reserve(purchase)).toEqual(first);
    expect(await thrice(({ reserve }) => reserve(purchase))).toEqual({ ...first, resumed: fresh });
    ledger.clock.now = new Date(start.getTime() + 299_000);
    expect(await ledger.activities.reserve(purchase)).toMatchObject({ holdMilliseconds: 1_000 });
    ledger.clock.now = new Date(start.getTime() + 301_000);
    expect(await ledger.activities.reserve(purchase)).toMatchObject({ holdMilliseconds: 0 });
    expect(await written(purchase.purchaseId)).toEqual({
      pool: ['TicketClaimed', 'TicketClaimed'],
      purchase: ['TicketsReserved'],
    });
  });

  it('finds a purchase that it reserved before, and says how far that has come', async () => {
    const purchase = await reserved();
    const paymentId = randomUUID();
    const payment = { ...stepOf(purchase), paymentId };
    const again = () => thrice(({ reserve }) => reserve(purchase));
    expect(await again()).toMatchObject({ reserved: true, resumed: fresh });
    await ledger.activities.startPayment({ ...payment, method: 'creditCard' });
    expect(await again()).toMatchObject({ resumed: { status: 'paying', attemptsLeft: 3, unsettled: [paymentId] } });
    await ledger.activities.declinePayment({ ...payment, reason: 'card declined' });
    const declined = { attemptsLeft: 2, declined: 'card declined', unsettled: [] };
    expect(await again()).toHaveProperty('resumed', { status: 'reserved', ...declined });
    await paid(ledger, purchase);
    const confirmed = { status: 'confirmed', orderId: orderId(purchase.purchaseId), ...declined };
    expect(await again()).toHaveProperty('resumed', confirmed);
    expect((await written(purchase.purchaseId)).pool).toEqual(['TicketClaimed', 'TicketBought']);
  });

  it('goes on with what was asked for under older rules, and begins nothing by them', async () => {
    const purchase = await reserved();
    const older = { ...purchase, customerId: '\u200b', items: [] };
    expect(await ledger.activities.reserve(older)).toMatchObject({ reserved: true, resumed: { status: 'reserved' } });
    const unknown = { ...older, purchaseId: randomUUID() };
    await expect(ledger.activities.reserve(unknown)).rejects.toMatchObject({ name: 'ZodError' });
    expect((await written(unknown.purchaseId)).purchase).toEqual([]);
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
    await ledger.activities.startPayment({ ...confirmation, method: 'creditCard' });
    expect(await thrice(({ confirm }) => confirm(confirmation))).toEqual({
      confirmed: true,
      orderId: orderId(purchase.purchaseId),
    });
    expect(await written(purchase.purchaseId)).toEqual({
      pool: ['TicketClaimed', 'TicketClaimed', 'TicketBought', 'TicketBought'],
      purchase: ['TicketsReserved', 'PaymentStarted', 'PurchaseConfirmed'],
    });
  });

  it('releases once, and does not touch what the tickets were sold to later', async () => {
    const purchase = await reserved(2);
    const release = { ...stepOf(purchase), ending: { kind: 'expired' } as const };
    await ledger.activities.release(release);
    await reserved(1);
    const standing = { status: 'expired', reason: 'the hold ended before it was paid', attemptsLeft: 3, unsettled: [] };
    expect(await thrice((activities) => activities.release(release))).toEqual(standing);
    expect(await written(purchase.purchaseId)).toEqual({
      pool: ['TicketClaimed', 'TicketClaimed', 'TicketReleased', 'TicketReleased', 'TicketClaimed'],
      purchase: ['TicketsReserved', 'PurchaseExpired'],
    });
  });

  it('starts, declines and refunds a payment once', async () => {
    const purchase = await reserved();
    const { purchaseId } = purchase;
    const paymentId = randomUUID();
    const start = { ...stepOf(purchase), paymentId, method: 'applePay' } as const;
    expect(await thrice(({ startPayment }) => startPayment(start))).toEqual({ status: 'started' });
    const decline = { purchaseId, paymentId, reason: 'card declined' };
    const declined = { status: 'reserved', attemptsLeft: 2, declined: 'card declined', unsettled: [] };
    expect(await thrice(({ declinePayment }) => declinePayment(decline))).toEqual(declined);
    expect(await ledger.activities.startPayment(start)).toEqual({ status: 'settled' });
    await ledger.activities.release({ ...stepOf(purchase), ending: { kind: 'cancelled', reason: 'changed my mind' } });
    const refund = { purchaseId, paymentId, amount: euros(50) };
    expect(await thrice(({ recordRefund }) => recordRefund(refund))).toBe('refunded');
    expect((await written(purchaseId)).purchase).toEqual([
      'TicketsReserved',
      'PaymentStarted',
      'PaymentDeclined',
      'PurchaseCancelled',
      'PaymentRefunded',
    ]);
  });

  it('voids a payment once, and lets the next one begin', async () => {
    const purchase = await reserved();
    const [first, second] = [randomUUID(), randomUUID()];
    const start = (paymentId: string) =>
      ledger.activities.startPayment({ ...stepOf(purchase), paymentId, method: 'payPal' });
    await start(first);
    expect(await start(second)).toEqual({ status: 'unsettled', paymentId: first });
    const { purchaseId } = purchase;
    expect(await thrice(({ recordVoid }) => recordVoid({ purchaseId, paymentId: first }))).toEqual(fresh);
    expect(await start(second)).toEqual({ status: 'started' });
    expect((await written(purchaseId)).purchase).toEqual([
      'TicketsReserved',
      'PaymentStarted',
      'PaymentVoided',
      'PaymentStarted',
    ]);
  });

  it('does not confirm what was released, nor release what was confirmed', async () => {
    const [late, bought] = [await reserved(), await reserved()];
    const payment = { ...stepOf(late), paymentId: randomUUID() };
    await ledger.activities.startPayment({ ...payment, method: 'creditCard' });
    await ledger.activities.release({ ...stepOf(late), ending: { kind: 'expired' } });
    expect(await ledger.activities.confirm(payment)).toEqual({ confirmed: false });
    expect(await paid(ledger, bought)).toMatchObject({ confirmed: true });
    expect(await ledger.activities.release({ ...stepOf(bought), ending: { kind: 'expired' } })).toMatchObject({
      status: 'confirmed',
    });
    expect((await written(late.purchaseId)).purchase).toEqual(['TicketsReserved', 'PaymentStarted', 'PurchaseExpired']);
    expect(await written(bought.purchaseId)).toEqual({
      pool: ['TicketClaimed', 'TicketClaimed', 'TicketReleased', 'TicketBought'],
      purchase: ['TicketsReserved', 'PaymentStarted', 'PurchaseConfirmed'],
    });
  });

  it('writes nothing for a purchase that reserved nothing', async () => {
    const unknown = purchaseOf(pool);
    const rejected = purchaseOf({ [pool]: 5 });
    await ledger.activities.reserve(rejected);
    for (const [purchase, before] of [
      [unknown, []],
      [rejected, ['PurchaseRejected']],
    ] as const) {
      const { startPayment, confirm, release, declinePayment, recordVoid, recordRefund } = ledger.activities;
      const payment = { ...stepOf(purchase), paymentId: randomUUID() };
      expect(await startPayment({ ...payment, method: 'creditCard' })).toEqual({ status: 'closed' });
      expect(await confirm(payment)).toEqual({ confirmed: false });
      const violated = { name: 'InvariantViolated' };
      await expect(release({ ...payment, ending: { kind: 'expired' } })).rejects.toMatchObject(violated);
      await expect(declinePayment({ ...payment, reason: 'card declined' })).rejects.toMatchObject(violated);
      await expect(recordVoid(payment)).rejects.toMatchObject(violated);
      await expect(recordRefund({ ...payment, amount: euros(50) })).rejects.toMatchObject(violated);
      expect(await written(purchase.purchaseId)).toEqual({ pool: [], purchase: before });
    }
  });

  it('never gives back the money of a purchase that keeps its tickets', async () => {
    const purchase = await reserved();
    const refund = { purchaseId: purchase.purchaseId, paymentId: randomUUID(), amount: euros(50) };
    await expect(ledger.activities.recordRefund(refund)).rejects.toMatchObject({ name: 'InvariantViolated' });
    expect(await paid(ledger, purchase, refund.paymentId)).toMatchObject({ confirmed: true });
    await expect(ledger.activities.recordRefund(refund)).rejects.toMatchObject({ name: 'InvariantViolated' });
  });

  it('gives back a payment that does not count, and the purchase stays confirmed', async () => {
    const purchase = await reserved();
    await paid(ledger, purchase);
    const refund = { purchaseId: purchase.purchaseId, paymentId: randomUUID(), amount: euros(50) };
    expect(await thrice(({ recordRefund }) => recordRefund(refund))).toBe('confirmed');
    expect((await written(purchase.purchaseId)).purchase).toEqual([
      'TicketsReserved',
      'PaymentStarted',
      'PurchaseConfirmed',
      'PaymentRefunded',
    ]);
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

describe('paying for what a purchase holds', () => {
  let boxOffice: Awaited<ReturnType<typeof openBoxOffice>>;
  let ledger: Ledger;
  beforeAll(async () => {
    boxOffice = await openBoxOffice();
    ledger = boxOffice.another();
  });
  afterAll(() => boxOffice.close());

  const typesOf = async (stream: string) => (await readStream(ledger.database, stream)).map(({ type }) => type);
  const reserved = async (...pools: string[]) => {
    const purchase = purchaseOf(Object.fromEntries(pools.map((pool) => [pool, 1])));
    expect(await ledger.activities.reserve(purchase)).toMatchObject({ reserved: true });
    return { ...stepOf(purchase), paymentId: randomUUID() };
  };
  type Paying = Awaited<ReturnType<typeof reserved>>;
  const start = (payment: Paying, { activities } = ledger) =>
    activities.startPayment({ ...payment, method: 'creditCard' });
  /** By another process: what the paying one remembers of the pool is not true any more. */
  const steer = async (pool: string, step: PoolStep) => {
    const steered = await boxOffice.another().activities.steerPool({ pool, step, stepId: randomUUID() });
    expect(steered).toMatchObject({ status: 'done' });
  };
  const stop = (holds: 'release' | 'honour'): PoolStep => ({ name: 'stopSales', input: { reason: 'rain', holds } });
  const resume: PoolStep = { name: 'resumeSales', input: undefined };
  const ends: [string, PoolStep, string][] = [
    [
      'cancelled',
      { name: 'cancelSales', input: { reason: 'the band is ill' } },
      'the sale was stopped: the band is ill',
    ],
    ['stopped for open holds too', stop('release'), 'the sale was stopped: rain'],
  ];

  it.each(ends)('is over where one of its pools is %s, and says why', async (_, step, reason) => {
    const [kept, ended] = [await onSale(ledger), await onSale(ledger)];
    const [begun, late] = [await reserved(kept, ended), await reserved(kept, ended)];
    expect(await start(begun)).toEqual({ status: 'started' });
    await steer(ended, step);
    expect(await start(late)).toEqual({ status: 'sale-ended', reason });
    expect(await start(begun)).toEqual({ status: 'sale-ended', reason });
    expect(await ledger.activities.confirm(begun)).toEqual({ confirmed: false, reason });
    expect(await typesOf(`purchase-${late.purchaseId}`)).toEqual(['TicketsReserved']);
    expect(await typesOf(`purchase-${begun.purchaseId}`)).toEqual(['TicketsReserved', 'PaymentStarted']);
    for (const pool of [kept, ended]) expect(await typesOf(`pool-${pool}`)).not.toContain('TicketBought');
  });

  it('goes on where its pool is stopped and open holds are honoured', async () => {
    const pool = await onSale(ledger);
    const [begun, late] = [await reserved(pool), await reserved(pool)];
    await start(begun);
    await steer(pool, stop('honour'));
    expect(await start(late)).toEqual({ status: 'started' });
    for (const payment of [begun, late]) {
      expect(await ledger.activities.confirm(payment)).toMatchObject({ confirmed: true });
    }
  });

  it('goes on where the sale was resumed', async () => {
    const pool = await onSale(ledger);
    const payment = await reserved(pool);
    await start(payment);
    await steer(pool, stop('release'));
    expect(await ledger.activities.confirm(payment)).toMatchObject({ confirmed: false });
    await steer(pool, resume);
    expect(await ledger.activities.confirm(payment)).toMatchObject({ confirmed: true });
  });

  it('keeps what was paid before its pool was cancelled', async () => {
    const pool = await onSale(ledger);
    const payment = await reserved(pool);
    await start(payment);
    const confirmed = await ledger.activities.confirm(payment);
    await steer(pool, { name: 'cancelSales', input: { reason: 'the band is ill' } });
    expect(await ledger.activities.confirm(payment)).toEqual(confirmed);
    expect(confirmed).toEqual({ confirmed: true, orderId: orderId(payment.purchaseId) });
  });

  it('begins before the hold ends, and may be confirmed after it', async () => {
    const here = boxOffice.another();
    const pool = await onSale(ledger);
    const [begun, late] = [await reserved(pool), await reserved(pool)];
    here.clock.now = new Date('2026-03-01T12:04:59.999Z');
    expect(await start(begun, here)).toEqual({ status: 'started' });
    here.clock.now = new Date('2026-03-01T12:05:00.000Z');
    expect(await start(late, here)).toEqual({ status: 'hold-ended' });
    expect(await here.activities.confirm(begun)).toMatchObject({ confirmed: true });
    expect(await typesOf(`purchase-${late.purchaseId}`)).toEqual(['TicketsReserved']);
  });

  it.each([
    ['the grace', '2026-03-01T12:05:03.999Z', 'started'],
    ['the end of the grace', '2026-03-01T12:05:04.000Z', 'hold-ended'],
  ])('takes no money once its start was held up until %s, at %s: %s', async (_, until, status) => {
    const here = boxOffice.another();
    const payment = await reserved(await onSale(ledger));
    const unlock = await lockEvents(boxOffice.url);
    const started = start(payment, here);
    await eventually(async () => {
      const waiting = `SELECT FROM pg_locks JOIN pg_database ON oid = database
        WHERE datname = current_database() AND NOT granted`;
      expect((await ledger.database.query(waiting)).rowCount).toBe(1);
    });
    here.clock.now = new Date(until);
    await unlock();
    expect(await started).toEqual({ status });
    expect(await typesOf(`purchase-${payment.purchaseId}`)).toEqual(['TicketsReserved', 'PaymentStarted']);
  });

  it('is over after three declines', async () => {
    const payment = await reserved(await onSale(ledger));
    for (const attemptsLeft of [2, 1, 0]) {
      const attempt = { ...payment, paymentId: randomUUID() };
      expect(await start(attempt)).toEqual({ status: 'started' });
      const declined = await ledger.activities.declinePayment({ ...attempt, reason: 'card declined' });
      expect(declined).toMatchObject({ status: 'reserved', attemptsLeft });
    }
    expect(await start(payment)).toEqual({ status: 'closed' });
  });

  it('is confirmed by no payment but the one that counts', async () => {
    const pool = await onSale(ledger);
    const payment = await reserved(pool);
    const declined = { ...payment, paymentId: randomUUID() };
    const voided = { ...payment, paymentId: randomUUID() };
    const others = [declined, voided, { ...payment, paymentId: randomUUID() }];
    expect(await ledger.activities.confirm(payment)).toEqual({ confirmed: false });
    await start(declined);
    await ledger.activities.declinePayment({ ...declined, reason: 'card declined' });
    await start(voided);
    await ledger.activities.recordVoid(voided);
    await start(payment);
    for (const other of others) expect(await ledger.activities.confirm(other)).toEqual({ confirmed: false });
    expect(await ledger.activities.confirm(payment)).toMatchObject({ confirmed: true });
    for (const other of others) expect(await ledger.activities.confirm(other)).toEqual({ confirmed: false });
    expect((await typesOf(`pool-${pool}`)).filter((type) => type === 'TicketBought')).toHaveLength(1);
  });

  it('has one payment at a time, and one that counts, however many are tried at once', async () => {
    const payment = await reserved(await onSale(ledger));
    const rival = { ...payment, paymentId: randomUUID() };
    expect(await Promise.all([start(payment), start(rival)])).toEqual([
      { status: 'started' },
      { status: 'unsettled', paymentId: payment.paymentId },
    ]);
    const outcomes = await Promise.all([payment, rival].map((each) => ledger.activities.confirm(each)));
    expect(outcomes).toEqual([{ confirmed: true, orderId: orderId(payment.purchaseId) }, { confirmed: false }]);
  });

  it('and giving back go by the items of the purchase, whatever pools are named', async () => {
    const [one, two, foreign] = [await onSale(ledger), await onSale(ledger), await onSale(ledger)];
    for (const pools of [[], [foreign], [two], [one, two, foreign]]) {
      const bought = { ...(await reserved(one, two)), pools };
      expect(await start(bought)).toEqual({ status: 'started' });
      expect(await ledger.activities.confirm(bought)).toMatchObject({ confirmed: true });
      const givenBack = { ...(await reserved(one, two)), pools };
      expect(await ledger.activities.release({ ...givenBack, ending: { kind: 'expired' } })).toMatchObject({
        status: 'expired',
      });
    }
    const once = ['TicketClaimed', 'TicketBought', 'TicketClaimed', 'TicketReleased'];
    const sale = Array.from({ length: 4 }, () => once).flat();
    for (const pool of [one, two]) expect((await typesOf(`pool-${pool}`)).slice(1)).toEqual(sale);
    expect((await typesOf(`pool-${foreign}`)).slice(1)).toEqual([]);
  });

  it('looks at the pools of the purchase, whatever pools are named', async () => {
    const [one, two] = [await onSale(ledger), await onSale(ledger)];
    const [begun, late] = [await reserved(one, two), await reserved(one, two)];
    await start(begun);
    await steer(two, stop('release'));
    const reason = 'the sale was stopped: rain';
    expect(await start({ ...late, pools: [one] })).toEqual({ status: 'sale-ended', reason });
    expect(await ledger.activities.confirm({ ...begun, pools: [one] })).toEqual({ confirmed: false, reason });
  });
});
