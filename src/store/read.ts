import type { ClientBase, Pool } from 'pg';
import { storeError } from './errors';
import type { Metadata, StoredEvent } from './event';

type Queryable = Pool | ClientBase;

interface EventRow {
  position: number;
  stream: string;
  version: number;
  event_id: string;
  type: string;
  schema_version: number;
  data: unknown;
  metadata: Metadata;
  recorded_at: Date;
}

const columns = `e.position::float8, e.stream, e.version::float8, e.event_id, e.type, e.schema_version, e.data, e.metadata, e.recorded_at`;

function storedEvent(row: EventRow): StoredEvent {
  return {
    id: row.event_id,
    type: row.type,
    schemaVersion: row.schema_version,
    data: row.data,
    metadata: row.metadata,
    stream: row.stream,
    version: row.version,
    position: row.position,
    created: row.recorded_at,
  };
}

async function rows(connection: Queryable, name: string, text: string, values: unknown[]): Promise<StoredEvent[]> {
  try {
    return (await connection.query<EventRow>({ name, text, values })).rows.map(storedEvent);
  } catch (error) {
    throw storeError(error);
  }
}

export interface StreamPosition {
  stream: string;
  /** Events up to and with this version are known already; 0 reads from the start. */
  after: number;
}

/** What several streams hold beyond the given versions, each in version order. */
export function readStreams(connection: Queryable, streams: readonly StreamPosition[]): Promise<StoredEvent[]> {
  if (streams.length === 0) return Promise.resolve([]);
  return rows(
    connection,
    'read-streams',
    `SELECT ${columns} FROM unnest($1::text[], $2::bigint[]) AS w (stream, after)
     JOIN LATERAL (SELECT * FROM events WHERE stream = w.stream AND version > w.after ORDER BY version) e ON true`,
    [streams.map(({ stream }) => stream), streams.map(({ after }) => after)],
  );
}

export function readStream(connection: Queryable, stream: string): Promise<StoredEvent[]> {
  return readStreams(connection, [{ stream, after: 0 }]);
}

/** Events of one stream in version order, from version `from` on, at most `limit`. */
export function readStreamFrom(
  connection: Queryable,
  stream: string,
  { from, limit }: { from: number; limit: number },
): Promise<StoredEvent[]> {
  return rows(
    connection,
    'read-stream-from',
    `SELECT ${columns} FROM events e WHERE stream = $1 AND version >= $2 ORDER BY version LIMIT $3`,
    [stream, from, limit],
  );
}

/** Where streams stand now; one that does not exist is not among them. */
export async function readVersions(connection: Queryable, streams: readonly string[]): Promise<Map<string, number>> {
  try {
    const { rows } = await connection.query<{ stream: string; version: number }>({
      name: 'read-versions',
      text: 'SELECT stream, version::float8 FROM streams WHERE stream = ANY($1)',
      values: [streams],
    });
    return new Map(rows.map(({ stream, version }) => [stream, version]));
  } catch (error) {
    throw storeError(error);
  }
}

export function readByIds(connection: Queryable, ids: readonly string[]): Promise<StoredEvent[]> {
  return rows(connection, 'read-by-ids', `SELECT ${columns} FROM events e WHERE event_id = ANY($1::uuid[])`, [ids]);
}
