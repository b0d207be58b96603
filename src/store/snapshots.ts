import type { ClientBase, Pool } from 'pg';
import type { AnyAggregate } from './command';
import { storeError } from './errors';
import type { Held } from './held-streams';

/** A stream's state to be kept, and the reducer that made it. */
export interface Snapshot {
  stream: string;
  version: number;
  reducer: number;
  state: string;
}

interface Wanted {
  stream: string;
  aggregate: AnyAggregate;
}

/**
 * The state and version of each stream that has a snapshot of today's reducer. One that does not end with an event of
 * the stream, or cannot be read back, is ignored; the latter is told to `unreadable`.
 */
export async function readSnapshots(
  connection: Pool | ClientBase,
  wanted: readonly Wanted[],
  unreadable: (stream: string, error: unknown) => void,
): Promise<Map<string, Held>> {
  const kept = new Map(wanted.flatMap(({ stream, aggregate: { snapshot } }) => (snapshot ? [[stream, snapshot]] : [])));
  if (kept.size === 0) return new Map();
  const { rows } = await connection
    .query<{ stream: string; version: number; state: string }>({
      name: 'read-snapshots',
      text: `SELECT s.stream, s.version::float8, s.state FROM unnest($1::text[], $2::integer[]) AS w (stream, reducer)
             JOIN snapshots s ON s.stream = w.stream AND s.reducer = w.reducer
             JOIN events e ON e.stream = s.stream AND e.version = s.version AND e.event_id = s.event_id`,
      values: [[...kept.keys()], [...kept.values()].map(({ reducer }) => reducer)],
    })
    .catch((error: unknown) => {
      throw storeError(error);
    });
  const states = new Map<string, Held>();
  for (const { stream, version, state } of rows) {
    try {
      states.set(stream, { version, state: kept.get(stream)?.read(state) });
    } catch (error) {
      unreadable(stream, error);
    }
  }
  return states;
}

/**
 * Keeps the snapshot, in place of one that is not newer or not of this stream's events; but only where the stream has
 * the event that it ends with. Nobody waits for the disk: a lost one is taken again.
 */
export async function writeSnapshot(database: Pool, { stream, version, reducer, state }: Snapshot): Promise<void> {
  try {
    await database.query({
      name: 'write-snapshot',
      text: `WITH relaxed AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
             INSERT INTO snapshots AS s (stream, version, event_id, reducer, state)
             SELECT e.stream, e.version, e.event_id, $3, $4 FROM relaxed, events e WHERE e.stream = $1 AND e.version = $2
             ON CONFLICT (stream) DO UPDATE SET version = excluded.version, event_id = excluded.event_id,
               reducer = excluded.reducer, state = excluded.state, taken_at = excluded.taken_at
             WHERE s.version <= excluded.version OR NOT EXISTS (SELECT FROM events e
               WHERE e.stream = s.stream AND e.version = s.version AND e.event_id = s.event_id)`,
      values: [stream, version, reducer, state],
    });
  } catch (error) {
    throw storeError(error);
  }
}
