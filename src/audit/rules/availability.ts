import { countOf, keptCounts, poolEvents } from '../facts';
import { parameter, type Rule, type ScopeKind } from '../rule';

const counts = ['capacity', 'claimed', 'sold', 'withheld', 'position'];
/** Status and price may rest on an event of long ago: they are compared where everything is read. */
const fieldsOf = (scope: ScopeKind) => (scope === 'whole' ? [...counts, 'status', 'price'] : counts);
const asJson = (row: string, scope: ScopeKind) =>
  `jsonb_build_object(${fieldsOf(scope)
    .map((field) => `'${field}', ${row}.${field}`)
    .join(', ')})`;

const status = `
  CASE
    WHEN bool_or(type = 'PoolCancelled') THEN 'cancelled'
    WHEN bool_or(type = 'SalesClosed') THEN 'closed'
    WHEN max(version) FILTER (WHERE type = 'SalesStopped') > coalesce(max(version) FILTER (WHERE type = 'SalesResumed'), 0) THEN 'stopped'
    WHEN bool_or(type = 'SalesOpened' OR (type = 'PoolCreated' AND data ->> 'opensAt' IS NULL AND data ->> 'show' IS NULL)) THEN 'on-sale'
    ELSE 'scheduled'
  END`;

const price = `
  (SELECT p.data -> 'price' FROM events p WHERE p.stream = e.stream AND p.version = max(e.version) FILTER (WHERE e.type IN ('PoolCreated', 'PoolRepriced')))`;

/** What customers see of a pool, which is written with its events, is what its events say. */
export const availability: Rule = {
  id: 'availability',
  number: 4,
  name: 'availability equals its events',
  sql: (scope) => ({
    facts: {
      kept: keptCounts(scope),
      pool_event: poolEvents(scope),
      added: `
        SELECT stream, max(position) AS position, ${countOf.capacity} AS capacity, ${countOf.claimed} AS claimed, ${countOf.sold} AS sold,
          ${countOf.withheld} AS withheld
          ${scope === 'whole' ? `, ${status} AS status, ${price} AS price` : ''}
        FROM pool_event e GROUP BY stream`,
      folded: `
        SELECT stream, coalesce(a.position, k.position) AS position, coalesce(a.capacity, k.capacity) AS capacity,
          coalesce(a.claimed, 0) + coalesce(k.claimed, 0) AS claimed, coalesce(a.sold, 0) + coalesce(k.sold, 0) AS sold,
          coalesce(a.withheld, 0) + coalesce(k.withheld, 0) AS withheld
          ${scope === 'whole' ? ', a.status, a.price' : ''}
        FROM added a FULL JOIN kept k USING (stream)`,
      shown: `
        SELECT 'pool-' || pool AS stream, ${asJson('a', scope)} AS said
        FROM (SELECT *, details -> 'price' AS price FROM availability) a
        ${scope === 'whole' ? '' : `WHERE 'pool-' || pool = ANY(${parameter.streams})`}`,
    },
    counted: { pools: 'SELECT count(*) FROM folded' },
    broken: `
      SELECT stream, format('availability of %s is %s, its events say %s', stream, coalesce(s.said::text, 'missing'),
        coalesce(f.said::text, 'nothing')) AS sentence
      FROM shown s FULL JOIN (SELECT f.stream, ${asJson('f', scope)} AS said FROM folded f) f USING (stream)
      WHERE s.said IS DISTINCT FROM f.said`,
  }),
};
