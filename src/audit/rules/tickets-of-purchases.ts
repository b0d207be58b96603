import { purchaseFacts, reservedTickets, ticketFacts } from '../facts';
import { parameter, type Rule } from '../rule';

/**
 * What a purchase was promised is what its pools did for it, ticket by ticket, for the same customer, at the same price and
 * on the same seat: all bought when it is confirmed, all released when it ended, all claimed while it is open.
 */
export const ticketsOfPurchases: Rule = {
  id: 'tickets-of-purchases',
  number: 2,
  name: 'a purchase has exactly its tickets',
  foundOnce: true,
  sql: (scope) => ({
    facts: {
      purchase: purchaseFacts(scope),
      promised: reservedTickets(scope),
      ticket: ticketFacts(scope),
      compared: `
        SELECT coalesce(r.purchase_id, t.purchase_id) AS purchase_id,
          count(r.ticket_id) AS promised, count(*) - count(r.ticket_id) AS strange,
          count(*) FILTER (WHERE t.claims > 0) AS claimed, count(*) FILTER (WHERE t.purchases > 0) AS bought,
          count(*) FILTER (WHERE t.releases > 0) AS released,
          count(*) FILTER (WHERE t.price IS DISTINCT FROM r.price OR t.paid <> r.price) AS mispriced,
          count(*) FILTER (WHERE t.seat IS DISTINCT FROM r.seat) AS misplaced,
          count(*) FILTER (WHERE t.customer <> r.customer) AS of_others,
          sum(r.price) AS price
        FROM promised r FULL JOIN ticket t ON t.ticket_id = r.ticket_id AND t.purchase_id = r.purchase_id AND t.stream = r.pool
        GROUP BY 1`,
      judged: `
        SELECT p.*, coalesce(c.promised, 0) AS promised, coalesce(c.strange, 0) AS strange, coalesce(c.claimed, 0) AS claimed,
          coalesce(c.bought, 0) AS bought, coalesce(c.released, 0) AS released, coalesce(c.mispriced, 0) AS mispriced,
          coalesce(c.misplaced, 0) AS misplaced, coalesce(c.of_others, 0) AS of_others,
          c.price IS DISTINCT FROM p.total AS other_total
        FROM purchase p LEFT JOIN compared c USING (purchase_id)
        ${scope === 'whole' ? '' : `WHERE p.reserved_at >= ${parameter.reservedSince}`}`,
    },
    counted: {
      purchases: 'SELECT count(*) FROM judged',
      confirmed: 'SELECT count(*) FROM judged WHERE confirmations > 0',
      'tickets sold': 'SELECT coalesce(sum(bought), 0) FROM judged',
    },
    broken: `
      SELECT stream, format('%s (%s) was promised %s tickets: its pools claimed %s, sold %s, took back %s; %s were never promised, %s cost something else, %s are for another seat, %s for another customer',
        purchase_id, status, promised, claimed, bought, released, strange, mispriced, misplaced, of_others) AS sentence
      FROM judged
      WHERE strange > 0 OR claimed <> promised OR mispriced > 0 OR misplaced > 0 OR of_others > 0 OR other_total
        OR bought <> CASE WHEN confirmations > 0 THEN promised ELSE 0 END
        OR released <> CASE WHEN confirmations = 0 AND endings > 0 THEN promised ELSE 0 END
      UNION ALL
      SELECT stream, format('%s is confirmed %s times and ended %s times', stream, confirmations, endings)
      FROM judged WHERE confirmations + endings > 1`,
  }),
};
