import { randomUUID } from 'node:crypto';
import { type CaptureRequest, PaymentSimulator } from '../../src/payments';
import { euros } from '../support/domain-events';
import { type OpenStore, oneTo, openStore } from '../support/event-store';

describe('the payment simulator', () => {
  let store: OpenStore;
  let provider: PaymentSimulator;
  beforeAll(async () => {
    store = await openStore();
    provider = new PaymentSimulator(store.database);
  });
  afterAll(() => store.close());

  const paymentBy = (token: string): CaptureRequest => ({
    paymentId: randomUUID(),
    purchaseId: randomUUID(),
    amount: euros(100),
    method: { type: 'creditCard', token },
  });
  /** Money that moved for a payment: what was captured counts up, what was refunded down. */
  const movements = async ({ paymentId }: CaptureRequest) => {
    const { rows } = await store.database.query<{ kind: string; amount: number; currency: string }>(
      'SELECT kind, amount::float8, currency FROM payment_simulator.ledger WHERE payment_id = $1 ORDER BY entry',
      [paymentId],
    );
    return rows.map(({ kind, amount, currency }) => `${kind} ${amount} ${currency}`);
  };
  const captured = { status: 'captured' };
  const capture = ['capture 10000 EUR'];
  const refunded = [...capture, 'refund 10000 EUR'];

  it('takes the money for tok_ok once, however often it is asked', async () => {
    const payment = paymentBy('tok_ok');
    expect(await provider.find(payment.paymentId)).toBeUndefined();
    expect(await provider.capture(payment)).toEqual(captured);
    expect(await provider.capture(payment)).toEqual(captured);
    expect(await provider.find(payment.paymentId)).toEqual(captured);
    expect(await movements(payment)).toEqual(capture);
  });

  it.each([
    ['tok_declined', 'card declined'],
    ['tok_insufficient_funds', 'insufficient funds'],
    ['tok_of_nobody', 'unknown token'],
  ])('declines %s with its reason, and takes nothing', async (token, reason) => {
    const payment = paymentBy(token);
    expect(await provider.capture(payment)).toEqual({ status: 'declined', reason });
    expect(await provider.capture({ ...payment, method: { type: 'creditCard', token: 'tok_ok' } })).toEqual({
      status: 'declined',
      reason,
    });
    expect(await provider.find(payment.paymentId)).toEqual({ status: 'declined', reason });
    expect(await movements(payment)).toEqual([]);
  });

  it('takes three seconds for tok_slow', async () => {
    const payment = paymentBy('tok_slow');
    const started = performance.now();
    expect(await provider.capture(payment)).toEqual(captured);
    expect(performance.now() - started).toBeGreaterThan(2_900);
    expect(await movements(payment)).toEqual(capture);
  });

  it('loses its answer for tok_lost once, and has taken the money once', async () => {
    const payment = paymentBy('tok_lost');
    await expect(provider.capture(payment)).rejects.toMatchObject({ name: 'OutcomeUnknown' });
    expect(await provider.find(payment.paymentId)).toEqual(captured);
    expect(await provider.capture(payment)).toEqual(captured);
    expect(await movements(payment)).toEqual(capture);
  });

  it('is away twice for tok_down, then takes the money', async () => {
    const payment = paymentBy('tok_down');
    for (const _ of oneTo(2)) {
      await expect(provider.capture(payment)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
      expect(await provider.find(payment.paymentId)).toBeUndefined();
      expect(await movements(payment)).toEqual([]);
    }
    expect(await provider.capture(payment)).toEqual(captured);
    expect(await movements(payment)).toEqual(capture);
  });

  it('takes the money once when many ask at the same time', async () => {
    const payment = paymentBy('tok_ok');
    const outcomes = await Promise.all(oneTo(20).map(() => provider.capture(payment)));
    expect(outcomes).toEqual(Array(20).fill(captured));
    expect(await movements(payment)).toEqual(capture);
  });

  it('bars a payment that is reversed before it is captured', async () => {
    const payment = paymentBy('tok_ok');
    expect(await provider.reverse(payment)).toBe('voided');
    expect(await provider.capture(payment)).toEqual({ status: 'declined', reason: 'voided' });
    expect(await provider.reverse(payment)).toBe('voided');
    expect(await movements(payment)).toEqual([]);
  });

  it('bars a payment that is reversed while the provider is away', async () => {
    const payment = paymentBy('tok_down');
    await expect(provider.capture(payment)).rejects.toThrow();
    expect(await provider.reverse(payment)).toBe('voided');
    expect(await provider.capture(payment)).toMatchObject({ status: 'declined' });
    expect(await movements(payment)).toEqual([]);
  });

  it('has nothing to give back for a declined payment', async () => {
    const payment = paymentBy('tok_declined');
    await provider.capture(payment);
    expect(await provider.reverse(payment)).toBe('voided');
    expect(await movements(payment)).toEqual([]);
  });

  it('refunds what it captured, once', async () => {
    const payment = paymentBy('tok_ok');
    await provider.capture(payment);
    expect(await Promise.all(oneTo(10).map(() => provider.reverse(payment)))).toEqual(Array(10).fill('refunded'));
    expect(await movements(payment)).toEqual(refunded);
    expect(await provider.capture(payment)).toMatchObject({ status: 'declined' });
    expect(await movements(payment)).toEqual(refunded);
  });

  it('keeps no money of a payment that is captured and reversed at the same time', async () => {
    const endings = await Promise.all(
      oneTo(30).map(async () => {
        const payment = paymentBy('tok_ok');
        const [, reversal] = await Promise.all([provider.capture(payment), provider.reverse(payment)]);
        const moved = await movements(payment);
        expect(moved).toEqual(reversal === 'refunded' ? refunded : []);
        return reversal;
      }),
    );
    expect(endings).toHaveLength(30);
  });
});
