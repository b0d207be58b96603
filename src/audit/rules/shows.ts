import { fromTheFirst, poolsWith } from '../facts';
import type { Rule } from '../rule';

/** What may follow on what in a show's stream. */
const ways = {
  ShowDrafted: ['ShowChanged', 'ShowPublished', 'ShowCancelled'],
  ShowChanged: ['ShowChanged', 'ShowPublished', 'ShowCancelled'],
  ShowPublished: ['ShowSalesOpened', 'ShowSalesClosed', 'ShowCancelled'],
  ShowSalesOpened: ['ShowSalesClosed', 'ShowCancelled'],
  ShowSalesClosed: ['ShowCompleted', 'ShowCancelled'],
};
const legal = Object.entries({ '': ['ShowDrafted'], ...ways })
  .flatMap(([before, types]) => types.map((type) => `('${before}', '${type}')`))
  .join(', ');

/** What a step of a show does to each of its pools, unless that was cancelled before. */
const stepsOfPools = `VALUES ('ShowSalesOpened', 'SalesOpened'), ('ShowSalesClosed', 'SalesClosed'), ('ShowCancelled', 'PoolCancelled')`;

/**
 * A show goes from draft to completed or cancelled by legal steps alone; from its publication on each section is a pool,
 * and no pool is a section of a show that was not published. That a step was taken by all of its pools, once,
 * is looked at when everything is audited.
 */
export const shows: Rule = {
  id: 'shows',
  number: 6,
  name: 'shows take legal steps, with all their pools',
  sql: (scope) => ({
    facts: {
      show_event: fromTheFirst('show', scope),
      step: `
        SELECT stream, version, type, coalesce(lag(type) OVER (PARTITION BY stream ORDER BY version), '') AS before FROM show_event`,
      plan: `
        SELECT DISTINCT ON (stream) stream, substr(stream, length('show-') + 1) AS show, data
        FROM show_event WHERE type IN ('ShowDrafted', 'ShowChanged') ORDER BY stream, version DESC`,
      planned: `
        SELECT p.stream, p.show, 'pool-' || p.show || '--' || (section ->> 'name') AS pool
        FROM plan p CROSS JOIN LATERAL jsonb_array_elements(p.data -> 'sections') AS section
        WHERE EXISTS (SELECT FROM show_event s WHERE s.stream = p.stream AND s.type = 'ShowPublished')`,
      section: poolsWith('show', scope),
      steered:
        scope === 'whole'
          ? `SELECT n.stream, n.pool, s.type AS step,
               count(*) FILTER (WHERE e.type = t.type) AS times, bool_or(e.type = 'PoolCancelled') AS cancelled
             FROM planned n JOIN show_event s USING (stream) JOIN (${stepsOfPools}) AS t (step, type) ON t.step = s.type
             LEFT JOIN events e ON e.stream = n.pool AND e.type IN ('SalesOpened', 'SalesClosed', 'PoolCancelled')
             GROUP BY n.stream, n.pool, s.type`
          : `SELECT stream, pool, '' AS step, 1 AS times, false AS cancelled FROM planned WHERE false`,
    },
    counted: {
      shows: 'SELECT count(*) FROM plan',
      sections: 'SELECT count(*) FROM planned',
    },
    broken: `
      SELECT stream, format('%s has %s after %s at version %s', stream, type, coalesce(nullif(before, ''), 'nothing'), version) AS sentence
      FROM step WHERE (before, type) NOT IN (VALUES ${legal})
      UNION ALL
      SELECT n.stream, format('%s was published without %s', n.stream, n.pool)
      FROM planned n
      WHERE NOT EXISTS (
        SELECT FROM events e WHERE e.stream = n.pool AND e.version = 1 AND e.type = 'PoolCreated' AND e.data ->> 'show' = n.show)
      UNION ALL
      SELECT stream, format('%s is a section of show %s, which was not published', stream, setting #>> '{}')
      FROM section s
      WHERE NOT EXISTS (SELECT FROM events e WHERE e.stream = 'show-' || (s.setting #>> '{}') AND e.type = 'ShowPublished')
      UNION ALL
      SELECT stream, format('%s took the step %s %s times with %s', pool, step, times, stream)
      FROM steered WHERE times > 1 OR (times = 0 AND cancelled IS NOT TRUE)`,
  }),
};
