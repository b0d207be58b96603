import type { Pool as Database } from 'pg';
import { availability } from './availability';
import type { Projection } from './projection';
import { seatRowsOfPools } from './seat-rows';

export interface ProjectionState {
  name: string;
  /** Missing where it is written with every append. */
  position: number | undefined;
  /** Positions between it and the last event. */
  behind: number;
  parked: number;
  updatedAt: Date | undefined;
}

/** How far each projection is. */
export async function listProjections(
  database: Database,
  projections: readonly Pick<Projection, 'name'>[],
): Promise<ProjectionState[]> {
  const { rows } = await database.query<{
    name: string;
    position: number;
    behind: number;
    parked: number;
    updatedAt: Date;
  }>(
    `SELECT name, position::float8, greatest(0, (SELECT coalesce(max(position), 0) FROM events) - position)::float8 AS behind,
       parked, updated_at AS "updatedAt" FROM projections WHERE name = ANY($1) ORDER BY name`,
    [projections.map(({ name }) => name)],
  );
  const inline = [availability, seatRowsOfPools].map(({ name }) => {
    return { name, position: undefined, behind: 0, parked: 0, updatedAt: undefined };
  });
  return [...inline, ...rows];
}
