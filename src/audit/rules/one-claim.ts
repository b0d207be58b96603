import { purchaseFacts, ticketFacts } from '../facts';
import { parameter, type Rule } from '../rule';

/**
 * A ticket is claimed once, for one purchase, and then bought or released once. Its id is made for one purchase, so a
 * second claim is a breach even after the first was released.
 */
export const oneClaim: Rule = {
  id: 'one-claim',
  number: 1,
  name: 'each ticket is claimed once and ends once',
  foundOnce: true,
  sql: (scope) => ({
    facts: {
      ticket: ticketFacts(scope),
      // Of what changed, a claim may lie before what is looked at, unless its purchase is younger than that.
      unclaimed:
        scope === 'whole'
          ? 'SELECT ticket_id FROM ticket WHERE claims = 0'
          : `SELECT ticket_id FROM ticket JOIN (${purchaseFacts(scope)}) p USING (purchase_id)
             WHERE claims = 0 AND p.reserved_at >= ${parameter.reservedSince}`,
      judged: `
        SELECT t.*, CASE
          WHEN claims > 1 THEN format('is claimed %s times', claims)
          WHEN u.ticket_id IS NOT NULL OR ended_in < claimed_in
            THEN format('has no claim when it is %s', CASE WHEN purchases > 0 THEN 'bought' ELSE 'released' END)
          WHEN releases + purchases > 1 THEN format('is released %s times and bought %s times', releases, purchases)
          WHEN shared THEN 'is in two pools, or of two purchases'
          END AS breach
        FROM ticket t LEFT JOIN unclaimed u USING (ticket_id)`,
    },
    counted: {
      tickets: 'SELECT count(*) FROM ticket',
      'live claims': 'SELECT count(*) FROM ticket WHERE ended_in IS NULL',
    },
    broken: `SELECT stream, format('ticket %s of %s %s', ticket_id, stream, breach) AS sentence FROM judged WHERE breach IS NOT NULL`,
  }),
};
