import { randomUUID } from 'node:crypto';
import { type Ledger, onSale, openBoxOffice, purchaseOf, stepOf } from './box-office';
import type { Acknowledged } from './crowd';
import { followed } from './followed';
import { brokenRules } from './rules';

const TAKES = { amount: 5_000, currency: 'EUR' };
const HOLD_SECONDS = 60;

describe('the rules that must always hold', () => {
  let office: Awaited<ReturnType<typeof openBoxOffice>>;
  let ledger: Ledger;
  let pool = '';

  beforeEach(async () => {
    office = await openBoxOffice();
    ledger = office.another();
    ledger.clock.now = new Date();
    pool = await onSale(ledger, { capacity: 3, holdSeconds: HOLD_SECONDS });
  });
  afterEach(() => office.close());

  const rules = (acknowledged: readonly Acknowledged[] = []) =>
    brokenRules(office.url, { acknowledged, longestOutageMs: 0 });

  /** A purchase that was paid, confirmed where the caller wants it. */
  async function paid({ confirmed }: { confirmed: boolean }) {
    const request = purchaseOf(pool);
    const { purchaseId } = request;
    const paymentId = randomUUID();
    const method = { type: 'creditCard', token: 'tok_ok' } as const;
    await ledger.activities.reserve(request);
    await ledger.activities.startPayment({ ...stepOf(request), paymentId, method: method.type });
    const capture = { paymentId, purchaseId, amount: TAKES, method };
    await ledger.activities.capture(capture);
    if (confirmed) await ledger.activities.confirm({ ...stepOf(request), paymentId });
    return { request, purchaseId, capture };
  }

  async function tamper(sql: string): Promise<void> {
    await ledger.database.query('ALTER TABLE events DISABLE TRIGGER events_are_immutable');
    await ledger.database.query(sql);
  }

  it('hold where tickets were sold, held, given back and refunded', async () => {
    const { purchaseId } = await paid({ confirmed: true });
    const refunded = await paid({ confirmed: false });
    await ledger.activities.release({ ...stepOf(refunded.request), ending: { kind: 'expired' } });
    await ledger.activities.reverse(refunded.capture);
    await ledger.activities.reserve(purchaseOf(pool));
    await ledger.activities.reserve(purchaseOf({ [pool]: 3 }));
    expect(await rules([{ id: purchaseId, status: 'reserved' }])).toEqual([]);
  });

  it('are broken by a pool that sold more than it has', async () => {
    await ledger.activities.reserve(purchaseOf({ [pool]: 2 }));
    await tamper(`UPDATE events SET data = data || '{"capacity": 1}' WHERE type = 'PoolCreated'`);
    expect(await rules()).toContainEqual(
      expect.stringContaining(`pool-${pool} at version 3: 2 claimed + 0 sold + 0 withheld of 1`),
    );
  });

  it('are broken by money without tickets, tickets without money, and both', async () => {
    const without = await paid({ confirmed: false });
    expect(await rules()).toEqual([expect.stringContaining('has neither tickets nor a refund')]);
    await ledger.activities.confirm({ ...stepOf(without.request), paymentId: without.capture.paymentId });
    await ledger.activities.reverse(without.capture);
    expect(await rules()).toEqual([expect.stringContaining('has both its tickets and a refund')]);
    await ledger.database.query('DELETE FROM payment_simulator.ledger');
    expect(await rules()).toEqual([`${without.purchaseId} paid nothing`]);
  });

  it('are broken by a purchase that was charged twice', async () => {
    const { purchaseId, capture } = await paid({ confirmed: true });
    await ledger.activities.capture({ ...capture, paymentId: randomUUID() });
    expect(await rules()).toEqual([
      `${purchaseId} was captured by 2 payments`,
      expect.stringContaining('has neither tickets nor a refund'),
    ]);
  });

  it('are broken by a claim that outlives its hold', async () => {
    ledger.clock.now = new Date(Date.now() - (HOLD_SECONDS + 10) * 1_000);
    await ledger.activities.reserve(purchaseOf(pool));
    expect(await rules()).toEqual([expect.stringContaining('ms too long')]);
  });

  it('are broken by a stream with a gap, and by a ticket that is gone', async () => {
    const { purchaseId } = await paid({ confirmed: true });
    await tamper(`DELETE FROM events WHERE type = 'TicketBought'`);
    await tamper(`DELETE FROM events WHERE type = 'PaymentStarted'`);
    expect(await rules()).toEqual(
      expect.arrayContaining([
        `purchase-${purchaseId} has version 3 where 2 should be`,
        expect.stringMatching(`${purchaseId} \\(confirmed\\) was promised 1 tickets: its pools claimed 1, sold 0`),
      ]),
    );
  });

  it.each([
    ['availability', 'UPDATE availability SET sold = sold + 1'],
    ['purchases', `UPDATE purchases SET status = 'expired'`],
    ['sales_by_day', 'UPDATE sales_by_day SET total = total + 1'],
  ])('are broken by %s that says something else than the events', async (what, sql) => {
    await paid({ confirmed: true });
    await followed(ledger.database);
    await ledger.database.query(sql);
    const told = await rules();
    expect(told).toContainEqual(expect.stringMatching(`^${what}: live `));
    expect(told).toContainEqual(expect.stringMatching(`^${what}: rebuilt `));
  });

  it('are broken by an acknowledged purchase that is lost, or was confirmed and is not', async () => {
    const request = purchaseOf(pool);
    await ledger.activities.reserve(request);
    const id = randomUUID();
    expect(
      await rules([
        { id, status: 'reserved' },
        { id: request.purchaseId, status: 'confirmed', orderId: 'ABCD' },
      ]),
    ).toEqual([
      `purchase ${id} was acknowledged as reserved and is lost`,
      `purchase ${request.purchaseId} was confirmed ABCD and is reserved undefined`,
    ]);
  });
});
