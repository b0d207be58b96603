import { eventsOf, keptCounts, streamKinds } from '../facts';
import { parameter, type Rule } from '../rule';

/** Versions run from 1 to n in the order of positions, and the stream says n. */
export const versions: Rule = {
  id: 'versions',
  number: 4,
  name: 'versions run from 1 in each stream',
  sql: (scope) => ({
    facts: {
      kept: keptCounts(scope),
      followed: `
        SELECT e.stream, e.version, e.position,
          coalesce(lag(e.version) OVER (PARTITION BY e.stream ORDER BY e.position), k.version, 0) + 1 AS wanted
        FROM (SELECT stream, version, position FROM (${eventsOf(scope)}) e) e LEFT JOIN kept k USING (stream)`,
      stretch: `
        SELECT stream, count(*) AS events, max(version) AS last, min(position) FILTER (WHERE version <> wanted) AS broken_at
        FROM followed GROUP BY stream`,
      head:
        scope === 'whole' ? 'SELECT * FROM streams' : `SELECT * FROM streams WHERE stream = ANY(${parameter.streams})`,
    },
    counted: {
      streams: 'SELECT count(*) FROM stretch',
      events: 'SELECT coalesce(sum(events), 0) FROM stretch',
    },
    broken: `
      SELECT f.stream, format('%s has version %s where %s should be', f.stream, f.version, f.wanted) AS sentence
      FROM stretch s JOIN followed f ON f.stream = s.stream AND f.position = s.broken_at
      UNION ALL
      SELECT coalesce(s.stream, h.stream), format('%s stands at version %s, its events end with %s', coalesce(s.stream, h.stream),
        coalesce(h.version::text, 'none'), coalesce(s.last::text, k.version::text, 'none'))
      FROM stretch s FULL JOIN head h ON h.stream = s.stream LEFT JOIN kept k ON k.stream = h.stream
      WHERE coalesce(s.last, k.version) IS DISTINCT FROM h.version
      UNION ALL
      SELECT stream, format('stream %s is of no known kind', stream)
      FROM stretch WHERE ${streamKinds.map((kind) => `stream NOT LIKE '${kind}-%'`).join(' AND ')}`,
  }),
};
