import type { ClientBase } from 'pg';
import { countOf, keptCounts, poolEvents, seatsOf } from './facts';
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
  readonly withheld: number;
  /** Of a numbered pool: the seats that are withheld. */
  readonly withheldSeats: readonly string[];
}

/** The counts of every pool of the scope that has events beyond what is kept. */
export function countPools(ask: Ask, scope: ScopeKind, streams: readonly string[]): Promise<PoolCounts[]> {
  return ask<PoolCounts>(
    `WITH asked AS (SELECT ${parameter.streams}), kept AS (${keptCounts(scope)}),
     added AS (
       SELECT stream, max(version) AS version, max(position) AS position, ${countOf.capacity} AS capacity,
         ${countOf.claimed} AS claimed, ${countOf.sold} AS sold, ${countOf.withheld} AS withheld
       FROM (${poolEvents(scope)}) e GROUP BY stream),
     turned AS (
       SELECT stream, version, type, seat FROM (${poolEvents(scope)}) e CROSS JOIN LATERAL ${seatsOf('e.data')}
       WHERE type IN ('TicketsWithheld', 'TicketsGivenBack')
       UNION ALL
       SELECT stream, version, 'TicketsWithheld', seat FROM kept CROSS JOIN LATERAL jsonb_array_elements_text(withheld_seats) AS seat),
     withheld AS (
       SELECT stream, jsonb_agg(seat ORDER BY seat) AS seats
       FROM (SELECT DISTINCT ON (stream, seat) stream, seat, type FROM turned ORDER BY stream, seat, version DESC) last
       WHERE type = 'TicketsWithheld' GROUP BY stream)
     SELECT stream, a.version::float8, a.position::float8, coalesce(a.capacity, k.capacity) AS capacity,
       (a.claimed + coalesce(k.claimed, 0))::float8 AS claimed, (a.sold + coalesce(k.sold, 0))::float8 AS sold,
       (a.withheld + coalesce(k.withheld, 0))::float8 AS withheld, coalesce(w.seats, '[]') AS "withheldSeats"
     FROM added a LEFT JOIN kept k USING (stream) LEFT JOIN withheld w USING (stream)`,
    [streams],
  );
}

export async function keepCounts(connection: ClientBase, counts: readonly PoolCounts[]): Promise<void> {
  await connection.query(
    `INSERT INTO audited_pools (stream, version, position, capacity, claimed, sold, withheld, withheld_seats)
     SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::integer[], $5::bigint[], $6::bigint[], $7::bigint[], $8::jsonb[])
     ON CONFLICT (stream) DO UPDATE SET version = excluded.version, position = excluded.position,
       capacity = excluded.capacity, claimed = excluded.claimed, sold = excluded.sold,
       withheld = excluded.withheld, withheld_seats = excluded.withheld_seats`,
    [
      counts.map(({ stream }) => stream),
      counts.map(({ version }) => version),
      counts.map(({ position }) => position),
      counts.map(({ capacity }) => capacity),
      counts.map(({ claimed }) => claimed),
      counts.map(({ sold }) => sold),
      counts.map(({ withheld }) => withheld),
      counts.map(({ withheldSeats }) => JSON.stringify(withheldSeats)),
    ],
  );
}
