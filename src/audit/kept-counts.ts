import type { ClientBase } from 'pg';
import { countOf, keptCounts, poolEvents } from './facts';
import { parameter, type ScopeKind } from './rule';
import type { Ask } from './snapshot';

/** What a pool's events up to a version come to, so that the next audit need not read them again. Disposable. */
export interface PoolCounts {
  readonly stream: string;
  readonly version: number;
  readonly position: number;
  readonly capacity: number | null;
  readonly claimed: number;
  readonly sold: number;
}

/** The counts of every pool of the scope that has events beyond what is kept. */
export function countPools(ask: Ask, scope: ScopeKind, streams: readonly string[]): Promise<PoolCounts[]> {
  return ask<PoolCounts>(
    `WITH asked AS (SELECT ${parameter.streams}), kept AS (${keptCounts(scope)}),
     added AS (
       SELECT stream, max(version) AS version, max(position) AS position, ${countOf.capacity} AS capacity,
         ${countOf.claimed} AS claimed, ${countOf.sold} AS sold
       FROM (${poolEvents(scope)}) e GROUP BY stream)
     SELECT stream, a.version::float8, a.position::float8, coalesce(a.capacity, k.capacity) AS capacity,
       (a.claimed + coalesce(k.claimed, 0))::float8 AS claimed, (a.sold + coalesce(k.sold, 0))::float8 AS sold
     FROM added a LEFT JOIN kept k USING (stream)`,
    [streams],
  );
}

export async function keepCounts(connection: ClientBase, counts: readonly PoolCounts[]): Promise<void> {
  await connection.query(
    `INSERT INTO audited_pools (stream, version, position, capacity, claimed, sold)
     SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::integer[], $5::bigint[], $6::bigint[])
     ON CONFLICT (stream) DO UPDATE SET version = excluded.version, position = excluded.position,
       capacity = excluded.capacity, claimed = excluded.claimed, sold = excluded.sold`,
    [
      counts.map(({ stream }) => stream),
      counts.map(({ version }) => version),
      counts.map(({ position }) => position),
      counts.map(({ capacity }) => capacity),
      counts.map(({ claimed }) => claimed),
      counts.map(({ sold }) => sold),
    ],
  );
}
