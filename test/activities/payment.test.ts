import { randomUUID } from 'node:crypto';
import { type Ledger, openBoxOffice } from '../support/box-office';
import { euros } from '../support/domain-events';

describe('taking a payment', () => {
  let boxOffice: Awaited<ReturnType<typeof openBoxOffice>>;
  let ledger: Ledger;
  beforeAll(async () => {
    boxOffice = await openBoxOffice();
    ledger = boxOffice.another();
  });
  afterAll(() => boxOffice.close());

  const paymentBy = (token: string) => ({
    paymentId: randomUUID(),
    purchaseId: randomUUID(),
    amount: euros(50),
    method: { type: 'creditCard' as const, token },
  });

  it('asks what became of it when the answer was lost, and has charged once', async () => {
    const payment = paymentBy('tok_lost');
    await expect(ledger.activities.capture(payment)).rejects.toMatchObject({ name: 'OutcomeUnknown' });
    expect(await ledger.activities.capture(payment)).toEqual({ status: 'captured' });
    const { rows } = await ledger.database.query('SELECT kind FROM payment_simulator.ledger WHERE payment_id = $1', [
      payment.paymentId,
    ]);
    expect(rows).toEqual([{ kind: 'capture' }]);
  });

  it('takes nothing when it was reversed before', async () => {
    const payment = paymentBy('tok_ok');
    expect(await ledger.activities.reverse(payment)).toBe('voided');
    expect(await ledger.activities.capture(payment)).toMatchObject({ status: 'declined' });
  });
});
