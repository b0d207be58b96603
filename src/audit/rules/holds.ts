import { purchaseFacts, ticketFacts } from '../facts';
import { parameter, type Rule } from '../rule';

/** No claim outlives its hold by more than is allowed, and every claim is for a purchase that holds it. */
export const holds: Rule = {
  id: 'holds',
  number: 3,
  name: 'no claim outlives its hold',
  sql: (scope) => ({
    facts: {
      purchase: purchaseFacts(scope),
      claim: `
        SELECT t.*, p.status, p.reserved, p.stream AS purchase,
          extract(epoch FROM coalesce(t.ended_at, now()) - p.expires_at) AS overdue
        FROM (${ticketFacts(scope)}) t LEFT JOIN purchase p USING (purchase_id)
        WHERE t.claims > 0`,
    },
    counted: {
      claims: 'SELECT count(*) FROM claim',
      'still live': 'SELECT count(*) FROM claim WHERE ended_at IS NULL',
      'seconds overdue at worst': 'SELECT round(greatest(max(overdue), 0), 1) FROM claim',
    },
    broken: `
      SELECT purchase AS stream, format('the claim of %s (%s) lasted %s ms too long', ticket_id, status,
        round((overdue - ${parameter.claimSeconds}) * 1000)) AS sentence
      FROM claim
      WHERE overdue > ${parameter.claimSeconds}
        AND (ended_at IS NULL OR extract(epoch FROM now() - ended_at) < ${parameter.lateClaimSeconds})
      UNION ALL
      SELECT stream, format('ticket %s is claimed for %s, which holds nothing', ticket_id, purchase_id)
      FROM claim c
      WHERE reserved IS NOT TRUE AND (purchase IS NOT NULL
        OR NOT EXISTS (SELECT FROM events e WHERE e.stream = 'purchase-' || c.purchase_id))`,
  }),
};
