import type { ClientBase, Pool as Database } from 'pg';
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
import { readStream, readStreams, type StoredEvent } from '../store';
import { type Folded, folding } from './folded';
import type { Projection } from './projection';
import { withShops } from './told-shops';

/** A purchase as its customer sees it; it outlives its workflow. */
export interface PurchaseView {
  id: string;
  status: PurchaseStatus;
  customerId: string;
  /** Whose customer that is; without one the purchase is the operators' alone. */
  shop?: string | undefined;
  items: (Pick<ReservedItem, 'pool' | 'quantity'> & { tickets?: ReservedItem['tickets'] })[];
  total?: Money;
  expiresAt?: string;
  orderId?: string;
  /** Why it was rejected. */
  refusal?: Refusal;
  /** Why it ended without tickets. */
  reason?: string;
  payments: readonly Payment[];
  /** Of its last event; 0 before the first. */
  position: number;
  createdAt: Date;
  updatedAt: Date;
}

const fold = folding(purchaseCodec, evolvePurchase);

interface Row {
  id: string;
  version: number;
  position: number;
  status: Purchase['status'];
  customer_id: string;
  details: Omit<Purchase, 'status' | 'customerId'>;
  created_at: Date;
  updated_at: Date;
}

function folded(row: Row): Folded<Purchase> {
  const { version, position, status, customer_id: customerId, created_at: createdAt, updated_at: updatedAt } = row;
  // The row was written from a purchase, in two columns and the rest of it.
  const state = { status, customerId, ...row.details } as Purchase;
  return { state, version, position, createdAt, updatedAt };
}

const columns = 'id, version, position::float8, status, customer_id, details, created_at, updated_at';

async function rowsOf(connection: ClientBase, table: string, ids: readonly string[]) {
  if (ids.length === 0) return new Map<string, Folded<Purchase>>();
  const { rows } = await connection.query<Row>({
    name: `${table}-by-id`,
    text: `SELECT ${columns} FROM ${table} WHERE id = ANY($1::uuid[])`,
    values: [ids],
  });
  return new Map(rows.map((row) => [row.id, folded(row)]));
}

const idOf = (stream: string) => stream.slice(purchaseStream('').length);

/** Every purchase as its events left it. */
export const purchases: Projection = {
  name: 'purchases',
  tables: ['purchases'],
  events: purchaseCodec.types,
  async apply(events, { connection, table }) {
    const begun = new Set(events.filter(({ version }) => version === 1).map(({ stream }) => stream));
    const known = new Set(events.filter(({ stream }) => !begun.has(stream)).map(({ stream }) => idOf(stream)));
    const changed = await rowsOf(connection, table('purchases'), [...known]);
    for (const event of events) changed.set(idOf(event.stream), fold(changed.get(idOf(event.stream)), event));
    const all = [...changed];
    await connection.query(
      `INSERT INTO ${table('purchases')} AS p (${columns.replace('::float8', '')})
       SELECT id, version, position, status, customer_id, details, created_at, updated_at
       FROM ROWS FROM (unnest($1::uuid[], $2::integer[], $3::bigint[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[]),
         jsonb_array_elements($8::jsonb)) AS u (id, version, position, status, customer_id, created_at, updated_at, details)
       ON CONFLICT (id) DO UPDATE SET version = excluded.version, position = excluded.position, status = excluded.status,
         details = excluded.details, updated_at = excluded.updated_at`,
      [
        all.map(([id]) => id),
        all.map(([, { version }]) => version),
        all.map(([, { position }]) => position),
        all.map(([, { state }]) => state.status),
        all.map(([, { state }]) => state.customerId),
        all.map(([, { createdAt }]) => createdAt),
        all.map(([, { updatedAt }]) => updatedAt),
        JSON.stringify(
          all.map(
            ([
              ,
              {
                state: { status: _, customerId: __, ...details },
              },
            ]) => details,
          ),
        ),
      ],
    );
  },
};

function view(id: string, { state, position, createdAt, updatedAt }: Folded<Purchase>): PurchaseView {
  const {
    payments = [],
    ...known
  }: Omit<PurchaseView, 'id' | 'position' | 'createdAt' | 'updatedAt' | 'payments'> & {
    payments?: readonly Payment[];
  } = state;
  return { id, ...known, payments, position, createdAt, updatedAt };
}

/**
 * Purchases as of now. Those that do not exist are left out. Their streams are so short that their rows, which come a little
 * later, would only be read besides.
 */
export async function purchasesById(database: Database, ids: readonly string[]): Promise<PurchaseView[]> {
  const found = new Map<string, Folded<Purchase>>();
  const events = await readStreams(
    database,
    ids.map((id) => ({ stream: purchaseStream(id), after: 0 })),
  );
  for (const event of events) found.set(idOf(event.stream), fold(found.get(idOf(event.stream)), event));
  const views = ids.flatMap((id) => {
    const purchase = found.get(id);
    return purchase ? [view(id, purchase)] : [];
  });
  return withShops(database, views, ({ id }) => purchaseStream(id));
}

/** Every event of a purchase, oldest first, as of now: its own stream is its timeline. */
export async function purchaseTimeline(database: Database, purchaseId: string): Promise<StoredEvent[]> {
  return readStream(database, purchaseStream(purchaseId));
}

/** The purchase as its first event left it: what a reservation was answered, however often that is asked again. */
export async function purchaseAsReserved(database: Database, purchaseId: string): Promise<PurchaseView | undefined> {
  const [first] = await readStream(database, purchaseStream(purchaseId));
  return first && view(purchaseId, fold(undefined, first));
}
