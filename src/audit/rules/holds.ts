import { purchaseFacts, reservedTickets, ticketFacts } from '../facts';
import { parameter, type Rule } from '../rule';

const overdue = (endedAt: string) => `extract(epoch FROM coalesce(${endedAt}, now()) - p.expires_at) AS overdue`;

/** What the pools say of each claim, with the purchase that it is for. */
const claimsOfPools = `
  SELECT t.ticket_id, t.stream, t.purchase_id, t.ended_at, p.status, p.reserved, p.stream AS purchase, ${overdue('t.ended_at')}
  FROM (${ticketFacts('whole')}) t LEFT JOIN purchase p USING (purchase_id)
  WHERE t.claims > 0`;

/** What the purchases say that they claim; that their pools say the same is another check. */
const claimsOfPurchases = `
  SELECT r.ticket_id, r.pool AS stream, p.purchase_id, p.ended_at, p.status, p.reserved, p.stream AS purchase, ${overdue('p.ended_at')}
  FROM (${reservedTickets('changes')}) r JOIN purchase p USING (purchase_id)`;

/** No claim outlives its hold by more than is allowed, and every claim is for a purchase that holds it. */
export const holds: Rule = {
  id: 'holds',
  number: 3,
  name: 'no claim outlives its hold',
  sql: (scope) => ({
    facts: {
      purchase: purchaseFacts(scope),
      claim: scope === 'whole' ? claimsOfPools : claimsOfPurchases,
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
