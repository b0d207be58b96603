import type { Pool as Database } from 'pg';

/**
 * What must always hold of carts: one is checked out if and only if the purchase that it became was reserved, for the
 * same total, and by no more than one purchase.
 * @returns a sentence for each breach
 */
export async function brokenCarts(database: Database): Promise<readonly string[]> {
  const { rows } = await database.query<{ sentence: string }>(`
    WITH closed AS (
      SELECT stream AS cart, 'purchase-' || (data ->> 'purchaseId') AS purchase, data -> 'total' AS total
      FROM events WHERE type = 'CheckedOut'),
    reserved AS (
      SELECT e.stream AS purchase, 'cart-' || (r.cart ->> 'id') AS cart, e.data -> 'total' AS total
      FROM events e LEFT JOIN purchase_requests r ON 'purchase-' || r.purchase_id = e.stream
      WHERE e.type = 'TicketsReserved')
    SELECT format('%s was checked out by %s, which reserved nothing of it', c.cart, c.purchase) AS sentence
    FROM closed c LEFT JOIN reserved r USING (purchase, cart) WHERE r.purchase IS NULL
    UNION ALL
    SELECT format('%s was reserved, and %s is not checked out', r.purchase, r.cart)
    FROM reserved r LEFT JOIN closed c USING (purchase, cart) WHERE r.cart IS NOT NULL AND c.cart IS NULL
    UNION ALL
    SELECT format('%s was checked out at %s and reserved at %s', cart, c.total, r.total)
    FROM closed c JOIN reserved r USING (purchase, cart) WHERE c.total <> r.total
    UNION ALL
    SELECT format('%s was checked out %s times', cart, count(*)) FROM closed GROUP BY cart HAVING count(*) > 1
    UNION ALL
    SELECT format('%s changed after it was checked out', e.stream)
    FROM events e JOIN events c ON c.stream = e.stream AND c.type = 'CheckedOut' AND e.version > c.version`);
  return rows.map(({ sentence }) => sentence);
}
