import type { Pool as Database } from 'pg';
import { purchaseCodec, purchaseStream, sameCustomer } from '../domain';
import type { Projection } from './projection';
import { type PurchaseView, purchasesById } from './purchases';

/** Which purchases a customer has made, the refused ones too; ids are in the form in which they are compared. */
export const customerPurchases: Projection = {
  name: 'customer_purchases',
  tables: ['customer_purchases'],
  events: ['TicketsReserved', 'PurchaseRejected'],
  async apply(events, { connection, table }) {
    const begun = events.flatMap((stored) => {
      const { type, data } = purchaseCodec.decode(stored);
      const begins = type === 'TicketsReserved' || type === 'PurchaseRejected';
      return begins ? [{ id: stored.stream.slice(purchaseStream('').length), ...data }] : [];
    });
    await connection.query(
      `INSERT INTO ${table('customer_purchases')} (purchase_id, customer_id, shop)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[])`,
      [
        begun.map(({ id }) => id),
        begun.map(({ customerId }) => sameCustomer(customerId)),
        begun.map(({ shop }) => shop),
      ],
    );
  },
};

export interface CustomerPage {
  customerId: string;
  /** Whose customer that is; without it whoever is named so at any shop, or at none. */
  shop?: string | undefined;
  /** Purchases whose id comes before this one. */
  before?: string | undefined;
  limit: number;
}

const page = `customer_id = $1 AND ($2::uuid IS NULL OR purchase_id < $2)`;
const newest = `ORDER BY purchase_id DESC LIMIT $3`;
const ofAnyShop = `SELECT purchase_id FROM customer_purchases WHERE ${page} ${newest}`;
/** Two walks of one index, each in its order: those that say their shop, and those of which it is told elsewhere. */
const ofShop = `
  SELECT purchase_id FROM (
    (SELECT purchase_id FROM customer_purchases WHERE ${page} AND shop = $4 ${newest})
    UNION ALL
    (SELECT purchase_id FROM customer_purchases WHERE ${page} AND shop IS NULL
       AND $4 = (SELECT t.shop FROM told_shops t WHERE t.stream = 'purchase-' || purchase_id LIMIT 1)
     ORDER BY shop DESC, purchase_id DESC LIMIT $3)) AS own
  ${newest}`;

/** A customer's purchases, newest first (ids are UUIDv7: their order is the order of time), each as it is now. */
export async function purchasesOfCustomer(database: Database, page: CustomerPage): Promise<PurchaseView[]> {
  const { rows } = await database.query<{ purchase_id: string }>(page.shop === undefined ? ofAnyShop : ofShop, [
    page.customerId,
    page.before ?? null,
    page.limit,
    ...(page.shop === undefined ? [] : [page.shop]),
  ]);
  return purchasesById(
    database,
    rows.map(({ purchase_id }) => purchase_id),
  );
}
