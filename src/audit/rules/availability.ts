import { eventsOfKind } from '../facts';
import { parameter, type Rule } from '../rule';

const fields = ['status', 'capacity', 'claimed', 'sold', 'price', 'position'];
const asJson = (row: string) =>
  `jsonb_build_object(${fields.map((field) => `'${field}', ${row}.${field}`).join(', ')})`;

/** What customers see of a pool, which is written with its events, is what its events say. */
export const availability: Rule = {
  id: 'availability',
  number: 4,
  name: 'availability equals its events',
  sql: (scope) => ({
    facts: {
      pool_event: eventsOfKind('pool', scope),
      price: `
        SELECT DISTINCT ON (stream) stream, data -> 'price' AS price FROM pool_event
        WHERE type IN ('PoolCreated', 'PoolRepriced') ORDER BY stream, version DESC`,
      counted: `
        SELECT stream, max(position) AS position,
          max((data ->> 'capacity')::integer) FILTER (WHERE type = 'PoolCreated') AS capacity,
          count(*) FILTER (WHERE type = 'TicketClaimed') - count(*) FILTER (WHERE type IN ('TicketReleased', 'TicketBought')) AS claimed,
          count(*) FILTER (WHERE type = 'TicketBought') AS sold,
          CASE
            WHEN bool_or(type = 'PoolCancelled') THEN 'cancelled'
            WHEN bool_or(type = 'SalesClosed') THEN 'closed'
            WHEN max(version) FILTER (WHERE type = 'SalesStopped') > coalesce(max(version) FILTER (WHERE type = 'SalesResumed'), 0) THEN 'stopped'
            WHEN bool_or(type = 'SalesOpened' OR (type = 'PoolCreated' AND data ->> 'opensAt' IS NULL)) THEN 'on-sale'
            ELSE 'scheduled'
          END AS status
        FROM pool_event GROUP BY stream`,
      folded: `SELECT stream, ${asJson('f')} AS said FROM (SELECT * FROM counted LEFT JOIN price USING (stream)) f`,
      kept: `
        SELECT 'pool-' || pool AS stream, ${asJson('a')} AS said
        FROM (SELECT *, details -> 'price' AS price FROM availability) a
        ${scope === 'whole' ? '' : `WHERE 'pool-' || pool = ANY(${parameter.streams})`}`,
    },
    counted: { pools: 'SELECT count(*) FROM folded' },
    broken: `
      SELECT stream, format('availability of %s is %s, its events say %s', stream, coalesce(k.said::text, 'missing'),
        coalesce(f.said::text, 'nothing')) AS sentence
      FROM kept k FULL JOIN folded f USING (stream)
      WHERE k.said IS DISTINCT FROM f.said`,
  }),
};
