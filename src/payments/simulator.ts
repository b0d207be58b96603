import { setTimeout as delay } from 'node:timers/promises';
import type { Pool as Database } from 'pg';
import {
  type CaptureOutcome,
  type CaptureRequest,
  OutcomeUnknown,
  type PaymentProvider,
  type PaymentRef,
  ProviderUnavailable,
  type Reversal,
} from './provider';

const slowCaptureMilliseconds = 3_000;
/** `tok_down` answers from the attempt after this many. */
const attemptsWhileDown = 2;

/** Tokens that are declined, and why. */
const declines: Readonly<Record<string, string>> = {
  tok_declined: 'card declined',
  tok_insufficient_funds: 'insufficient funds',
};

export const simulatorTokens = [
  'tok_ok',
  'tok_declined',
  'tok_insufficient_funds',
  'tok_slow',
  'tok_lost',
  'tok_down',
] as const;

interface Payment {
  status: 'pending' | 'captured' | 'declined' | 'refunded' | 'voided';
  reason: string | null;
}

/** The payment and the ledger change together, each in one statement that has the payment's row for itself. */
const statements = {
  capture: `
    WITH payment AS (
      INSERT INTO payment_simulator.payments AS p (payment_id, purchase_id, amount, currency, token, status, reason, attempts)
      VALUES ($1, $2, $3, $4, $5, CASE WHEN $8 > 0 THEN 'pending' ELSE $6 END, $7, 1)
      ON CONFLICT (payment_id) DO UPDATE SET attempts = p.attempts + 1,
        status = CASE WHEN p.status = 'pending' AND p.attempts >= $8 THEN $6 ELSE p.status END,
        reason = CASE WHEN p.status = 'pending' AND p.attempts >= $8 THEN $7 ELSE p.reason END
      RETURNING *
    ), moved AS (
      INSERT INTO payment_simulator.ledger (payment_id, kind, amount, currency)
      SELECT payment_id, 'capture', amount, currency FROM payment WHERE status = 'captured'
      ON CONFLICT DO NOTHING RETURNING entry
    )
    SELECT status, reason, EXISTS (SELECT FROM moved) AS moved FROM payment`,
  reverse: `
    WITH payment AS (
      INSERT INTO payment_simulator.payments AS p (payment_id, purchase_id, amount, currency, token, status, reason)
      VALUES ($1, $2, $3, $4, $5, 'voided', 'voided')
      ON CONFLICT (payment_id) DO UPDATE SET
        status = CASE p.status WHEN 'captured' THEN 'refunded' WHEN 'pending' THEN 'voided' ELSE p.status END,
        reason = CASE p.status WHEN 'pending' THEN 'voided' ELSE p.reason END
      RETURNING *
    ), moved AS (
      INSERT INTO payment_simulator.ledger (payment_id, kind, amount, currency)
      SELECT payment_id, 'refund', amount, currency FROM payment WHERE status = 'refunded'
      ON CONFLICT DO NOTHING
    )
    SELECT status, reason FROM payment`,
  find: 'SELECT status, reason FROM payment_simulator.payments WHERE payment_id = $1',
} as const;

/** A payment provider with a ledger of its own in Postgres, which behaves as the token says (API.md, Purchases). */
export class PaymentSimulator implements PaymentProvider {
  constructor(private readonly database: Database) {}

  async capture(request: CaptureRequest): Promise<CaptureOutcome> {
    const { token } = request.method;
    if (token === 'tok_slow') await delay(slowCaptureMilliseconds);
    const reason = declines[token] ?? (simulatorTokens.some((known) => known === token) ? null : 'unknown token');
    const down = token === 'tok_down' ? attemptsWhileDown : 0;
    const status = reason === null ? 'captured' : 'declined';
    const [payment] = await this.run<Payment & { moved: boolean }>('capture', [
      ...identity(request),
      token,
      status,
      reason,
      down,
    ]);
    const outcome = payment && outcomeOf(payment);
    if (!outcome) throw new ProviderUnavailable('the payment provider is away');
    if (payment.moved && token === 'tok_lost') throw new OutcomeUnknown('the answer of the payment provider was lost');
    return outcome;
  }

  async find(paymentId: string): Promise<CaptureOutcome | undefined> {
    const [payment] = await this.run<Payment>('find', [paymentId]);
    return payment && outcomeOf(payment);
  }

  async reverse(request: PaymentRef): Promise<Reversal> {
    const [payment] = await this.run<Payment>('reverse', [...identity(request), noToken]);
    return payment?.status === 'refunded' ? 'refunded' : 'voided';
  }

  private async run<Row extends Payment>(statement: keyof typeof statements, values: unknown[]): Promise<Row[]> {
    const { rows } = await this.database.query<Row>({
      name: `simulator-${statement}`,
      text: statements[statement],
      values,
    });
    return rows;
  }
}

const identity = ({ paymentId, purchaseId, amount }: PaymentRef) => [
  paymentId,
  purchaseId,
  amount.amount,
  amount.currency,
];

/** Stands for the card of a payment that is barred before it was ever asked for. */
const noToken = '';

function outcomeOf({ status, reason }: Payment): CaptureOutcome | undefined {
  if (status === 'pending') return undefined;
  return status === 'captured' ? { status } : { status: 'declined', reason: reason ?? status };
}
