import { ticketFacts } from '../facts';
import type { Rule } from '../rule';

/**
 * A ticket is claimed once, for one purchase, and then bought or released once. Its id is made for one purchase, so a
 * second claim is a breach even after the first was released.
 */
export const oneClaim: Rule = {
  id: 'one-claim',
  number: 1,
  name: 'each ticket is claimed once and ends once',
  sql: (scope) => ({
    facts: {
      ticket: ticketFacts(scope),
      judged: `
        SELECT *, CASE
          WHEN claims > 1 THEN format('is claimed %s times', claims)
          WHEN claims = 0 OR ended_in < claimed_in THEN format('has no claim when it is %s', CASE WHEN purchases > 0 THEN 'bought' ELSE 'released' END)
          WHEN releases + purchases > 1 THEN format('is released %s times and bought %s times', releases, purchases)
          WHEN shared THEN 'is in two pools, or of two purchases'
          END AS breach
        FROM ticket`,
    },
    counted: {
      tickets: 'SELECT count(*) FROM ticket',
      'live claims': 'SELECT count(*) FROM ticket WHERE ended_in IS NULL',
    },
    broken: `SELECT stream, format('ticket %s of %s %s', ticket_id, stream, breach) AS sentence FROM judged WHERE breach IS NOT NULL`,
  }),
};
