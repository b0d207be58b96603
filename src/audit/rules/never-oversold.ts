import { countOf, keptCounts, poolEvents } from '../facts';
import type { Rule } from '../rule';

/** What a pool must never come to. */
const broken = 'claimed < 0 OR withheld < 0 OR claimed + sold + withheld > capacity OR capacity IS NULL';

/** claimed + sold + withheld ≤ capacity after every event of a pool, and none of them ever below nothing. */
export const neverOversold: Rule = {
  id: 'never-oversold',
  number: 1,
  name: 'never oversold at any event',
  sql: (scope) => ({
    facts: {
      kept: keptCounts(scope),
      pool_event: `
        SELECT stream, version, ${countOf.claimed} OVER w AS claimed, ${countOf.sold} OVER w AS sold,
          ${countOf.withheld} OVER w AS withheld, ${countOf.capacity} OVER w AS capacity
        FROM (${poolEvents(scope)}) e
        WINDOW w AS (PARTITION BY stream ORDER BY version ROWS UNBOUNDED PRECEDING)`,
      so_far: `
        SELECT e.stream, e.version, e.claimed + coalesce(k.claimed, 0) AS claimed, e.sold + coalesce(k.sold, 0) AS sold,
          e.withheld + coalesce(k.withheld, 0) AS withheld, coalesce(e.capacity, k.capacity) AS capacity
        FROM pool_event e LEFT JOIN kept k USING (stream)`,
      pool: `
        SELECT stream, count(*) AS events,
          min(version) FILTER (WHERE ${broken}) AS broken_at,
          count(*) FILTER (WHERE ${broken}) AS times
        FROM so_far GROUP BY stream`,
    },
    counted: {
      pools: 'SELECT count(*) FROM pool',
      events: 'SELECT coalesce(sum(events), 0) FROM pool',
    },
    // Few pools are ever broken: what each held where it first was is worked out from its first event, for those alone.
    broken: `
      SELECT p.stream, format('%s at version %s: %s claimed + %s sold + %s withheld of %s (and so after %s events)', p.stream,
        p.broken_at, ${countOf.claimed}, ${countOf.sold}, ${countOf.withheld}, coalesce(${countOf.capacity}::text, 'no capacity'), p.times) AS sentence
      FROM pool p JOIN events e ON e.stream = p.stream AND e.version <= p.broken_at
      WHERE p.broken_at IS NOT NULL
      GROUP BY p.stream, p.broken_at, p.times`,
  }),
};
