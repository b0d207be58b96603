import { claimsOf, poolsWith } from '../facts';
import type { Rule } from '../rule';

/**
 * After every event of a pool that limits its customers, what each holds and has bought is within the limit. Of what
 * changed, tickets are counted as far back as they are followed: with those before, a customer may have more, which
 * is found when everything is audited.
 */
export const customers: Rule = {
  id: 'customers',
  number: 1,
  name: 'no customer has more than the pool allows',
  foundOnce: true,
  sql: (scope) => ({
    facts: {
      limited: poolsWith('maxPerCustomer', scope),
      claim: claimsOf('limited', scope),
      so_far: `
        SELECT stream, customer, shop, version,
          sum(change) OVER (PARTITION BY stream, customer, shop ORDER BY version ROWS UNBOUNDED PRECEDING) AS held
        FROM claim WHERE customer IS NOT NULL`,
      beyond: `
        SELECT DISTINCT ON (stream, customer, shop) s.*, l.setting AS allowed
        FROM so_far s JOIN limited l USING (stream) WHERE s.held > l.setting::bigint ORDER BY stream, customer, shop, version`,
    },
    counted: {
      'customers of a pool': 'SELECT count(DISTINCT (stream, customer, shop)) FROM so_far',
      'limited pools': 'SELECT count(*) FROM limited',
    },
    broken: `
      SELECT stream, format('customer %s has %s tickets of %s at version %s, where %s are allowed', concat_ws(' of shop ', customer, shop), held, stream, version, allowed) AS sentence
      FROM beyond
      UNION ALL
      SELECT stream, format('ticket %s of %s is claimed for no customer, where each is limited', ticket_id, stream)
      FROM claim WHERE change = 1 AND customer IS NULL`,
  }),
};
