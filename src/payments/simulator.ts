import { setTimeout as delay } from 'node:timers/promises';
import type { Pool as Database, PoolClient } from 'pg';
import {
  type CaptureOutcome,
  type CaptureRequest,
  OutcomeUnknown,
  type PaymentProvider,
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
  attempts: number;
}

/** A payment provider with a ledger of its own in Postgres, which behaves as the token says (API.md, Purchases). */
export class PaymentSimulator implements PaymentProvider {
  constructor(private readonly database: Database) {}

  async capture(request: CaptureRequest): Promise<CaptureOutcome> {
    if (request.method.token === 'tok_slow') await delay(slowCaptureMilliseconds);
    const { outcome, first } = await this.inTransaction(request, (client, payment) =>
      this.settle(client, request, payment),
    );
    if (outcome === 'down') throw new ProviderUnavailable('the payment provider is away');
    if (first && request.method.token === 'tok_lost')
      throw new OutcomeUnknown('the answer of the payment provider was lost');
    return outcome;
  }

  async find(paymentId: string): Promise<CaptureOutcome | undefined> {
    const { rows } = await this.database.query<Payment>(
      'SELECT status, reason, attempts FROM payment_simulator.payments WHERE payment_id = $1',
      [paymentId],
    );
    return rows[0] && outcomeOf(rows[0]);
  }

  reverse(request: CaptureRequest): Promise<Reversal> {
    return this.inTransaction(request, async (client, payment) => {
      if (payment.status === 'refunded') return 'refunded';
      if (payment.status !== 'captured') {
        if (payment.status === 'pending') await this.become(client, request, 'voided', 'voided');
        return 'voided';
      }
      await this.move(client, request, 'refund');
      return 'refunded';
    });
  }

  private async settle(
    client: PoolClient,
    request: CaptureRequest,
    payment: Payment,
  ): Promise<{ outcome: CaptureOutcome | 'down'; first: boolean }> {
    const settled = outcomeOf(payment);
    if (settled) return { outcome: settled, first: false };
    const { token } = request.method;
    if (token === 'tok_down' && payment.attempts < attemptsWhileDown) {
      await client.query('UPDATE payment_simulator.payments SET attempts = attempts + 1 WHERE payment_id = $1', [
        request.paymentId,
      ]);
      return { outcome: 'down', first: true };
    }
    const reason = declines[token] ?? (simulatorTokens.some((known) => known === token) ? undefined : 'unknown token');
    if (reason !== undefined) {
      await this.become(client, request, 'declined', reason);
      return { outcome: { status: 'declined', reason }, first: true };
    }
    await this.move(client, request, 'capture');
    return { outcome: { status: 'captured' }, first: true };
  }

  private async become(client: PoolClient, { paymentId }: CaptureRequest, status: Payment['status'], reason?: string) {
    await client.query(
      'UPDATE payment_simulator.payments SET status = $2, reason = $3, attempts = attempts + 1 WHERE payment_id = $1',
      [paymentId, status, reason ?? null],
    );
  }

  /** Money moves: the payment and the ledger change together. */
  private async move(client: PoolClient, { paymentId, amount }: CaptureRequest, kind: 'capture' | 'refund') {
    await client.query({
      name: 'simulator-move',
      text: `WITH moved AS (UPDATE payment_simulator.payments SET status = $2, attempts = attempts + 1 WHERE payment_id = $1)
             INSERT INTO payment_simulator.ledger (payment_id, kind, amount, currency) VALUES ($1, $3, $4, $5)`,
      values: [paymentId, kind === 'capture' ? 'captured' : 'refunded', kind, amount.amount, amount.currency],
    });
  }

  /** Runs alone on the payment's row, which it makes where it is not there yet. */
  private async inTransaction<Result>(
    request: CaptureRequest,
    run: (client: PoolClient, payment: Payment) => Promise<Result>,
  ): Promise<Result> {
    const client = await this.database.connect();
    let failure: Error | undefined;
    try {
      await client.query('BEGIN');
      const { rows } = await client.query<Payment>({
        name: 'simulator-payment',
        text: `INSERT INTO payment_simulator.payments AS p (payment_id, purchase_id, amount, currency, token, status)
               VALUES ($1, $2, $3, $4, $5, 'pending') ON CONFLICT (payment_id) DO UPDATE SET attempts = p.attempts
               RETURNING status, reason, attempts`,
        values: [
          request.paymentId,
          request.purchaseId,
          request.amount.amount,
          request.amount.currency,
          request.method.token,
        ],
      });
      const [payment] = rows;
      if (!payment) throw new Error(`payment ${request.paymentId} vanished`);
      const result = await run(client, payment);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((broken: Error) => {
        failure = broken;
      });
      throw error;
    } finally {
      client.release(failure);
    }
  }
}

function outcomeOf({ status, reason }: Payment): CaptureOutcome | undefined {
  if (status === 'pending') return undefined;
  return status === 'captured' ? { status } : { status: 'declined', reason: reason ?? status };
}
