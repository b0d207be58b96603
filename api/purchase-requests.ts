import type { Pool as Database } from 'pg';
import type { PurchaseRequest, Refusal, RequestedItem } from '../src/domain';

export const idempotencyLimits = { keyLength: 255, rememberedHours: 24 } as const;

/** A request to buy as the API took it in, remembered under the caller's idempotency key. */
export interface TakenRequest {
  purchaseId: string;
  bodyHash: string;
  customerId: string;
  /** Whose customer that is; none where an operator asked. */
  shop: string | undefined;
  items: RequestedItem[];
  cart: PurchaseRequest['cart'];
  /** What it was refused with before it became a purchase. */
  refusal: Refusal | undefined;
  createdAt: Date;
  /** It came before. */
  repeated: boolean;
}

export interface IdempotencyKey {
  holder: string;
  key: string;
}

interface Row {
  purchase_id: string;
  body_hash: string;
  customer_id: string;
  shop: string | null;
  items: RequestedItem[];
  cart: PurchaseRequest['cart'] | null;
  refusal: Refusal | null;
  created_at: Date;
}

const columns = `purchase_id, body_hash, customer_id, coalesce(shop, substring(key_holder FROM '^shop:(.*)$')) AS shop,
  items, cart, refusal, created_at`;

function taken(row: Row | undefined, repeated = true): TakenRequest | undefined {
  if (!row) return undefined;
  const { purchase_id: purchaseId, body_hash: bodyHash, customer_id: customerId, created_at: createdAt, items } = row;
  const [shop, cart, refusal] = [row.shop ?? undefined, row.cart ?? undefined, row.refusal ?? undefined];
  return { purchaseId, bodyHash, customerId, shop, items, cart, refusal, createdAt, repeated };
}

export async function requestUnderKey(
  database: Database,
  { holder, key }: IdempotencyKey,
): Promise<TakenRequest | undefined> {
  const { rows } = await database.query<Row>({
    name: 'request-under-key',
    text: `SELECT ${columns} FROM purchase_requests
           WHERE key_holder = $1 AND idempotency_key = $2 AND created_at > now() - make_interval(hours => $3)`,
    values: [holder, key, idempotencyLimits.rememberedHours],
  });
  return taken(rows[0]);
}

/** Takes a request in, or finds the one that came first under this key. A key older than its memory is free again. */
export async function takeRequest(
  database: Database,
  { holder, key }: IdempotencyKey,
  request: Omit<TakenRequest, 'createdAt' | 'repeated'>,
): Promise<TakenRequest> {
  const { purchaseId, bodyHash, customerId, shop, items, cart, refusal } = request;
  const { rows } = await database.query<Row>({
    name: 'take-request',
    text: `INSERT INTO purchase_requests AS r (purchase_id, key_holder, idempotency_key, body_hash, customer_id, items, refusal, cart, shop)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $9, $10)
           ON CONFLICT (key_holder, idempotency_key) DO UPDATE SET purchase_id = excluded.purchase_id,
             body_hash = excluded.body_hash, customer_id = excluded.customer_id, items = excluded.items,
             refusal = excluded.refusal, cart = excluded.cart, shop = excluded.shop, created_at = excluded.created_at
             WHERE r.created_at <= now() - make_interval(hours => $8)
           RETURNING ${columns}`,
    values: [
      purchaseId,
      holder,
      key,
      bodyHash,
      customerId,
      JSON.stringify(items),
      refusal ? JSON.stringify(refusal) : null,
      idempotencyLimits.rememberedHours,
      cart ? JSON.stringify(cart) : null,
      shop ?? null,
    ],
  });
  const mine = taken(rows[0], false) ?? (await requestUnderKey(database, { holder, key }));
  if (!mine) throw new Error('a request was neither taken in nor found');
  return mine;
}

export async function requestOfPurchase(database: Database, purchaseId: string): Promise<TakenRequest | undefined> {
  const { rows } = await database.query<Row>({
    name: 'request-of-purchase',
    text: `SELECT ${columns} FROM purchase_requests WHERE purchase_id = $1 AND refusal IS NULL`,
    values: [purchaseId],
  });
  return taken(rows[0]);
}

/** Those of the purchases that were asked for, and not refused at the door. */
export async function requestsOf(database: Database, purchaseIds: readonly string[]): Promise<string[]> {
  const { rows } = await database.query<{ purchase_id: string }>(
    'SELECT purchase_id FROM purchase_requests WHERE purchase_id = ANY($1::uuid[]) AND refusal IS NULL',
    [purchaseIds],
  );
  return rows.map((row) => row.purchase_id);
}

/** Forgets requests that nobody may repeat any more, at most `limit` at once; but not whose a purchase is that does not say it itself. */
export async function forgetOldRequests(database: Database, limit: number): Promise<void> {
  await database.query(
    `WITH old AS (
       SELECT purchase_id FROM purchase_requests WHERE created_at < now() - make_interval(hours => $1) LIMIT $2),
     kept AS (
       INSERT INTO stream_shops (stream, shop)
       SELECT t.stream, t.shop FROM old JOIN told_shops t ON t.stream = 'purchase-' || old.purchase_id
       JOIN events e ON e.stream = t.stream AND e.version = 1
       ON CONFLICT DO NOTHING)
     DELETE FROM purchase_requests WHERE purchase_id IN (SELECT purchase_id FROM old)`,
    [idempotencyLimits.rememberedHours * 2, limit],
  );
}
