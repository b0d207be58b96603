import type { Pool as Database } from 'pg';
import { deterministicId, type PaymentSignal } from '../src/domain';
import { type IdempotencyKey, idempotencyLimits } from './purchase-requests';

/** The key of a payment: another purchase's is another one. */
export interface PaymentKey extends IdempotencyKey {
  purchaseId: string;
}

/** A payment's id names its key in its first half and its card in the rest. */
const halfOfId = '00000000-0000-0000'.length;

/** The payment of this card under this key; it says nothing of the card but whether it is the same. */
export function paymentUnderKey({ purchaseId, holder, key }: PaymentKey, { type, token }: PaymentSignal['method']) {
  const ofKey = deterministicId('payment', purchaseId, holder, key);
  return ofKey.slice(0, halfOfId) + deterministicId(ofKey, type, token).slice(halfOfId);
}

interface BoundPayment {
  paymentId: string;
  /** The key stood for it before. */
  repeated: boolean;
}

/** The payment that the key stands for; undefined where it stands for none, or no longer. */
export async function boundPayment(
  database: Database,
  { purchaseId, holder, key }: PaymentKey,
): Promise<BoundPayment | undefined> {
  const { rows } = await database.query<{ payment_id: string }>({
    name: 'bound-payment',
    text: `SELECT payment_id FROM payment_requests WHERE purchase_id = $1 AND key_holder = $2 AND idempotency_key = $3
             AND created_at > now() - make_interval(hours => $4)`,
    values: [purchaseId, holder, key, idempotencyLimits.rememberedHours],
  });
  return rows[0] && { paymentId: rows[0].payment_id, repeated: true };
}

/** Lets the key stand for this payment, or finds the one that came first. A key older than its memory is free again. */
export async function bindPayment(
  database: Database,
  paymentKey: PaymentKey,
  paymentId: string,
): Promise<BoundPayment> {
  const { purchaseId, holder, key } = paymentKey;
  const { rowCount } = await database.query({
    name: 'bind-payment',
    text: `INSERT INTO payment_requests AS r (purchase_id, key_holder, idempotency_key, payment_id) VALUES ($1, $2, $3, $4)
           ON CONFLICT (purchase_id, key_holder, idempotency_key)
             DO UPDATE SET payment_id = excluded.payment_id, created_at = excluded.created_at
             WHERE r.created_at <= now() - make_interval(hours => $5)`,
    values: [purchaseId, holder, key, paymentId, idempotencyLimits.rememberedHours],
  });
  if (rowCount === 1) return { paymentId, repeated: false };
  const first = await boundPayment(database, paymentKey);
  if (!first) throw new Error('a payment was neither taken in nor found');
  return first;
}

/** Forgets payments that nobody may repeat any more; at most `limit` at once. */
export async function forgetOldPayments(database: Database, limit: number): Promise<void> {
  await database.query(
    `DELETE FROM payment_requests WHERE (purchase_id, key_holder, idempotency_key) IN (
       SELECT purchase_id, key_holder, idempotency_key FROM payment_requests
       WHERE created_at < now() - make_interval(hours => $1) LIMIT $2)`,
    [idempotencyLimits.rememberedHours * 2, limit],
  );
}
