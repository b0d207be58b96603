import { eventsOfKind } from '../facts';
import type { Rule } from '../rule';

/** claimed + sold ≤ capacity after every event of a pool, and neither ever below nothing. */
export const neverOversold: Rule = {
  id: 'never-oversold',
  number: 1,
  name: 'never oversold at any event',
  sql: (scope) => ({
    facts: {
      pool_event: eventsOfKind('pool', scope),
      so_far: `
        SELECT stream, version,
          sum(CASE type WHEN 'TicketClaimed' THEN 1 WHEN 'TicketReleased' THEN -1 WHEN 'TicketBought' THEN -1 ELSE 0 END) OVER w AS claimed,
          sum(CASE type WHEN 'TicketBought' THEN 1 ELSE 0 END) OVER w AS sold,
          max(CASE type WHEN 'PoolCreated' THEN (data ->> 'capacity')::integer END) OVER w AS capacity
        FROM pool_event
        WINDOW w AS (PARTITION BY stream ORDER BY version ROWS UNBOUNDED PRECEDING)`,
      pool: `
        SELECT stream, count(*) AS events,
          min(version) FILTER (WHERE claimed < 0 OR claimed + sold > capacity OR capacity IS NULL) AS broken_at,
          count(*) FILTER (WHERE claimed < 0 OR claimed + sold > capacity OR capacity IS NULL) AS times
        FROM so_far GROUP BY stream`,
    },
    counted: {
      pools: 'SELECT count(*) FROM pool',
      events: 'SELECT coalesce(sum(events), 0) FROM pool',
    },
    // Few pools are ever broken: what each held where it first was is worked out for those alone.
    broken: `
      SELECT p.stream, format('%s at version %s: %s claimed + %s sold of %s (and so after %s events)', p.stream, p.broken_at,
        count(*) FILTER (WHERE e.type = 'TicketClaimed') - count(*) FILTER (WHERE e.type IN ('TicketReleased', 'TicketBought')),
        count(*) FILTER (WHERE e.type = 'TicketBought'),
        coalesce(max((e.data ->> 'capacity')::integer)::text, 'no capacity'), p.times) AS sentence
      FROM pool p JOIN events e ON e.stream = p.stream AND e.version <= p.broken_at
      WHERE p.broken_at IS NOT NULL
      GROUP BY p.stream, p.broken_at, p.times`,
  }),
};
