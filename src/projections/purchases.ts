import type { Pool as Database } from 'pg';
import {
  evolvePurchase,
  type Money,
  type Payment,
  type Purchase,
  type PurchaseStatus,
  purchaseCodec,
  purchaseStream,
  type Refusal,
  type ReservedItem,
} from '../domain';
import { type InlineWrite, readStream, type StoredEvent, type StreamChange } from '../store';

/** A purchase as its customer sees it; it outlives its workflow. */
export interface PurchaseView {
  id: string;
  status: PurchaseStatus;
  customerId: string;
  items: (Pick<ReservedItem, 'pool' | 'quantity'> & { tickets?: ReservedItem['tickets'] })[];
  total?: Money;
  expiresAt?: string;
  orderId?: string;
  /** Why it was rejected. */
  refusal?: Refusal;
  /** Why it ended without tickets. */
  reason?: string;
  payments: readonly Payment[];
  createdAt: Date;
  updatedAt: Date;
  /** Of its last event; 0 while it is only requested. */
  position: number;
}

type Details = Omit<PurchaseView, 'id' | 'status' | 'customerId' | 'createdAt' | 'updatedAt' | 'position'>;

function details(purchase: Purchase): Details {
  if (purchase.status === 'rejected') return { items: purchase.items, refusal: purchase.refusal, payments: [] };
  const { items, total, expiresAt, orderId, reason, payments } = purchase;
  return {
    items,
    total,
    expiresAt,
    payments,
    ...(orderId === undefined ? {} : { orderId }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** Written in the append's own statement, so that whoever is woken by a commit reads what it changed. */
export function writePurchases(changes: readonly StreamChange[]): InlineWrite | undefined {
  const changed = changes.flatMap(({ aggregate, stream, state }) =>
    aggregate.category === 'purchase' ? [{ stream, purchase: state as Purchase }] : [],
  );
  if (changed.length === 0) return undefined;
  return {
    name: 'purchases',
    sql: (first) => `
      INSERT INTO purchases AS p (id, customer_id, status, details, position, created_at, updated_at)
      SELECT u.id, u.customer_id, u.status, u.details, appended.last_position, statement_timestamp(), statement_timestamp()
      FROM ROWS FROM (unnest($${first}::text[], $${first + 1}::uuid[], $${first + 2}::text[], $${first + 3}::text[]),
        jsonb_array_elements($${first + 4}::jsonb)) AS u (stream, id, customer_id, status, details)
      JOIN appended ON appended.stream = u.stream
      ON CONFLICT (id) DO UPDATE SET status = excluded.status, details = excluded.details, position = excluded.position,
        updated_at = excluded.updated_at`,
    parameters: [
      changed.map(({ stream }) => stream),
      changed.map(({ stream }) => stream.slice(purchaseStream('').length)),
      changed.map(({ purchase }) => purchase.customerId),
      changed.map(({ purchase }) => purchase.status),
      JSON.stringify(changed.map(({ purchase }) => details(purchase))),
    ],
  };
}

interface Row {
  id: string;
  customer_id: string;
  status: PurchaseStatus;
  details: Details;
  created_at: Date;
  updated_at: Date;
  position: number;
}

function view(row: Row): PurchaseView {
  const { id, status, customer_id: customerId, created_at: createdAt, updated_at: updatedAt, position } = row;
  return { id, status, customerId, ...row.details, createdAt, updatedAt, position };
}

const columns = 'id, customer_id, status, details, created_at, updated_at, position::float8';

export async function purchasesById(database: Database, ids: readonly string[]): Promise<PurchaseView[]> {
  const { rows } = await database.query<Row>({
    name: 'purchases-by-id',
    text: `SELECT ${columns} FROM purchases WHERE id = ANY($1::uuid[])`,
    values: [ids],
  });
  return rows.map(view);
}

export interface CustomerPage {
  customerId: string;
  /** Purchases whose id comes before this one. */
  before?: string | undefined;
  limit: number;
}

/** A customer's purchases, newest first (ids are UUIDv7: their order is the order of time). */
export async function purchasesOfCustomer(database: Database, page: CustomerPage): Promise<PurchaseView[]> {
  const { rows } = await database.query<Row>(
    `SELECT ${columns} FROM purchases WHERE customer_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
    [page.customerId, page.before ?? null, page.limit],
  );
  return rows.map(view);
}

export async function purchaseTimeline(database: Database, purchaseId: string): Promise<StoredEvent[]> {
  return readStream(database, purchaseStream(purchaseId));
}

/** The purchase as its first event left it: what a reservation was answered, however often that is asked again. */
export async function purchaseAsReserved(database: Database, purchaseId: string): Promise<PurchaseView | undefined> {
  const [first] = await readStream(database, purchaseStream(purchaseId));
  if (!first) return undefined;
  const purchase = evolvePurchase(undefined, purchaseCodec.decode(first));
  const { status, customerId } = purchase;
  return {
    id: purchaseId,
    status,
    customerId,
    ...details(purchase),
    createdAt: first.created,
    updatedAt: first.created,
    position: first.position,
  };
}
