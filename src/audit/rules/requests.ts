import { purchaseEvents } from '../facts';
import { parameter, type Rule } from '../rule';

/** Lines of the same pool count together, as they are sold. */
const quantities = (items: string) =>
  `(SELECT jsonb_object_agg(pool, quantity) FROM (
     SELECT item ->> 'pool' AS pool, sum((item ->> 'quantity')::numeric) AS quantity
     FROM jsonb_array_elements(${items}) AS item GROUP BY 1) line)`;

/**
 * A request that the API remembers under its idempotency key became the purchase that was asked for: one purchase for a
 * key, of the same customer and tickets, and none where it was refused at the door. One that has no purchase is counted:
 * it waits in Temporal, or its caller was told to ask again and has not.
 */
export const requests: Rule = {
  id: 'requests',
  number: 5,
  name: 'a request became the purchase that was asked for',
  sql: (scope) => ({
    facts: {
      request:
        scope === 'whole'
          ? 'SELECT * FROM purchase_requests'
          : `SELECT r.* FROM purchase_requests r JOIN unnest(${parameter.streams}) AS listed (stream)
             ON listed.stream LIKE 'purchase-%' AND r.purchase_id::text = substr(listed.stream, length('purchase-') + 1)`,
      opening: `
        SELECT stream, data ->> 'customerId' AS customer, data ->> 'shop' AS decided_for, type, data -> 'items' AS items
        FROM (${purchaseEvents(scope)}) e WHERE version = 1`,
      answered: `
        SELECT r.*, o.stream, o.type, o.items AS decided, o.customer, o.decided_for
        FROM request r LEFT JOIN opening o ON o.stream = 'purchase-' || r.purchase_id`,
      breach: `
        SELECT purchase_id, format('%s was refused at the door and is a purchase', purchase_id) AS sentence
        FROM answered WHERE refusal IS NOT NULL AND stream IS NOT NULL
        UNION ALL
        SELECT purchase_id, format('%s was asked for by %s and is of %s', purchase_id, customer_id, customer)
        FROM answered WHERE customer <> customer_id
        UNION ALL
        SELECT purchase_id, format('%s was asked for by shop %s and is of shop %s', purchase_id, shop, decided_for)
        FROM answered WHERE decided_for <> shop
        UNION ALL
        SELECT purchase_id, format('%s was asked for %s and reserved %s', purchase_id, ${quantities('answered.items')}, ${quantities('answered.decided')})
        FROM answered WHERE type = 'TicketsReserved' AND ${quantities('answered.items')} <> ${quantities('answered.decided')}
        UNION ALL
        SELECT min(purchase_id::text)::uuid, format('one idempotency key of %s has %s purchases', key_holder, count(*))
        FROM answered GROUP BY key_holder, idempotency_key HAVING count(*) > 1`,
    },
    counted: {
      requests: 'SELECT count(*) FROM request',
      'refused at the door': 'SELECT count(*) FROM request WHERE refusal IS NOT NULL',
      'not begun': 'SELECT count(*) FROM answered WHERE refusal IS NULL AND stream IS NULL',
    },
    broken: `SELECT 'purchase-' || purchase_id AS stream, sentence FROM breach`,
  }),
};
