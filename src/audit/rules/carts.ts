import { fromTheFirst } from '../facts';
import { parameter, type Rule, type ScopeKind } from '../rule';

/** Requests to buy what is in a cart. */
const requests = (scope: ScopeKind) => `
  SELECT purchase_id, 'cart-' || (cart ->> 'id') AS cart, (cart ->> 'version')::bigint AS version FROM purchase_requests
  WHERE cart IS NOT NULL ${scope === 'whole' ? '' : `AND 'purchase-' || purchase_id = ANY(${parameter.streams})`}`;

/**
 * A cart is checked out once, as its last event, and has become a purchase that reserved its tickets for the same customer
 * and total; and a purchase that was reserved from a cart has checked that out, as it was when it was asked for.
 */
export const carts: Rule = {
  id: 'carts',
  number: 6,
  name: 'a cart becomes one purchase, which was reserved',
  sql: (scope) => ({
    facts: {
      cart_event: `
        SELECT stream, version, type, data,
          first_value(data ->> 'customerId') OVER (PARTITION BY stream ORDER BY version) AS customer,
          first_value(data ->> 'shop') OVER (PARTITION BY stream ORDER BY version) AS shop,
          lead(type) OVER (PARTITION BY stream ORDER BY version) AS next
        FROM (${fromTheFirst('cart', scope)}) e`,
      checkout: `
        SELECT c.stream, c.customer, c.shop, c.next, c.data ->> 'purchaseId' AS purchase_id, c.data -> 'total' AS total,
          r.type AS opening, r.data -> 'total' AS owed, r.data ->> 'customerId' AS buyer, r.data ->> 'shop' AS buyer_shop
        FROM cart_event c LEFT JOIN events r ON r.stream = 'purchase-' || (c.data ->> 'purchaseId') AND r.version = 1
        WHERE c.type = 'CheckedOut'`,
      reserved: `
        SELECT q.*, c.version - 1 AS checked_out FROM (${requests(scope)}) q
        JOIN events r ON r.stream = 'purchase-' || q.purchase_id AND r.version = 1 AND r.type = 'TicketsReserved'
        LEFT JOIN events c ON c.stream = q.cart AND c.type = 'CheckedOut' AND c.data ->> 'purchaseId' = q.purchase_id::text`,
    },
    counted: {
      carts: 'SELECT count(DISTINCT stream) FROM cart_event',
      'checked out': 'SELECT count(*) FROM checkout',
      'reserved from carts': 'SELECT count(*) FROM reserved',
    },
    broken: `
      SELECT stream, format('%s goes on with %s after it was checked out', stream, next) AS sentence FROM checkout WHERE next IS NOT NULL
      UNION ALL
      SELECT stream, format('%s was checked out as %s, which %s', stream, purchase_id,
        CASE WHEN opening IS NULL THEN 'is none' ELSE format('begins with %s', opening) END)
      FROM checkout WHERE opening IS DISTINCT FROM 'TicketsReserved'
      UNION ALL
      SELECT stream, format('%s of %s was checked out for %s as %s, which is of %s for %s', stream, concat_ws(' of shop ', customer, shop), total,
        purchase_id, concat_ws(' of shop ', buyer, buyer_shop), owed)
      FROM checkout WHERE opening = 'TicketsReserved' AND (total <> owed OR customer <> buyer OR buyer_shop IS DISTINCT FROM shop AND shop IS NOT NULL)
      UNION ALL
      SELECT min(stream), format('purchase %s was the checkout of %s carts', purchase_id, count(*))
      FROM checkout GROUP BY purchase_id HAVING count(DISTINCT stream) > 1
      UNION ALL
      SELECT 'purchase-' || purchase_id, format('%s was reserved from version %s of %s, and checked out %s', purchase_id, version, cart,
        coalesce('version ' || checked_out, 'none'))
      FROM reserved WHERE checked_out IS DISTINCT FROM version`,
  }),
};
