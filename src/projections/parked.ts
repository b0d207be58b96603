import type { ClientBase, Pool as Database } from 'pg';
import { readByPositions, transaction } from '../store';
import { isPoison } from './checkpoint';
import { liveTables, type Projection } from './projection';

export interface ParkedEvent {
  position: number;
  stream: string;
  /** Null where it only waits behind another one of its stream. */
  error: string | null;
}

/** The first of those that were set aside, in their order. */
export async function parkedEvents(
  database: Database | ClientBase,
  name: string,
  limit: number,
): Promise<ParkedEvent[]> {
  const { rows } = await database.query<ParkedEvent>(
    `SELECT position::float8, stream, error FROM parked_events WHERE projection = $1 ORDER BY position LIMIT $2`,
    [name, limit],
  );
  return rows;
}

const streamsAtOnce = 100;

/**
 * Applies what was parked once more, each stream whole or not at all.
 * Throws what is wrong with the database, where that is no event's fault.
 * @returns how many events were brought in, and how many stay parked
 */
export async function retryParked(
  database: Database,
  projection: Projection,
): Promise<{ applied: number; left: number }> {
  const { name } = projection;
  let applied = 0;
  let after = '';
  for (;;) {
    const { rows } = await database.query<{ stream: string }>(
      `SELECT DISTINCT stream FROM parked_events WHERE projection = $1 AND stream > $2 ORDER BY stream LIMIT $3`,
      [name, after, streamsAtOnce],
    );
    for (const { stream } of rows) {
      applied += await transaction(database, 'BEGIN', (connection) =>
        retryStream(connection, projection, stream),
      ).catch((error: unknown) => {
        if (!isPoison(error)) throw error;
        return noteError(database, name, stream, error);
      });
    }
    const last = rows.at(-1);
    if (!last) break;
    after = last.stream;
  }
  const { rows } = await database.query<{ parked: number }>('SELECT parked FROM projections WHERE name = $1', [name]);
  return { applied, left: rows[0]?.parked ?? 0 };
}

/** The checkpoint's row is locked first: nothing is parked behind this stream meanwhile. */
async function retryStream(connection: ClientBase, projection: Projection, stream: string): Promise<number> {
  await connection.query('SELECT 1 FROM projections WHERE name = $1 FOR UPDATE', [projection.name]);
  const { rows } = await connection.query<{ position: number }>(
    'DELETE FROM parked_events WHERE projection = $1 AND stream = $2 RETURNING position::float8',
    [projection.name, stream],
  );
  const events = await readByPositions(
    connection,
    rows.map(({ position }) => position),
  );
  await projection.apply(events, liveTables(connection));
  await connection.query('UPDATE projections SET parked = parked - $2 WHERE name = $1', [
    projection.name,
    events.length,
  ]);
  return events.length;
}

async function noteError(database: Database, name: string, stream: string, error: unknown): Promise<0> {
  await database.query(
    `UPDATE parked_events SET error = $3 WHERE projection = $1 AND position =
       (SELECT min(position) FROM parked_events WHERE projection = $1 AND stream = $2)`,
    [name, stream, error instanceof Error ? error.message : String(error)],
  );
  return 0;
}
