import type { Pool as Database } from 'pg';
import { purchaseCodec, purchaseStream } from '../domain';
import type { Projection } from './projection';
import { type PurchaseView, purchasesById } from './purchases';

/** Which purchases a customer has made, the refused ones too. */
export const customerPurchases: Projection = {
  name: 'customer_purchases',
  tables: ['customer_purchases'],
  events: ['TicketsReserved', 'PurchaseRejected'],
  async apply(events, { connection, table }) {
    const begun = events.flatMap((stored) => {
      const { type, data } = purchaseCodec.decode(stored);
      const begins = type === 'TicketsReserved' || type === 'PurchaseRejected';
      return begins ? [{ id: stored.stream.slice(purchaseStream('').length), customerId: data.customerId }] : [];
    });
    await connection.query(
      `INSERT INTO ${table('customer_purchases')} (purchase_id, customer_id) SELECT * FROM unnest($1::uuid[], $2::text[])`,
      [begun.map(({ id }) => id), begun.map(({ customerId }) => customerId)],
    );
  },
};

export interface CustomerPage {
  customerId: string;
  /** Purchases whose id comes before this one. */
  before?: string | undefined;
  limit: number;
}

/** A customer's purchases, newest first (ids are UUIDv7: their order is the order of time), each as it is now. */
export async function purchasesOfCustomer(database: Database, page: CustomerPage): Promise<PurchaseView[]> {
  const { rows } = await database.query<{ purchase_id: string }>(
    `SELECT purchase_id FROM customer_purchases
     WHERE customer_id = $1 AND ($2::uuid IS NULL OR purchase_id < $2) ORDER BY purchase_id DESC LIMIT $3`,
    [page.customerId, page.before ?? null, page.limit],
  );
  return purchasesById(
    database,
    rows.map(({ purchase_id }) => purchase_id),
  );
}
