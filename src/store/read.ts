import type { ClientBase, Pool } from 'pg';
import { storeError } from './errors';
import type { Metadata, RecordedEvent, StoredEvent } from './event';

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
  /** And up to this one; to the end where it is missing. */
  upTo?: number;
}

/** What several streams hold beyond the given versions, each in version order. */
export function readStreams(connection: Queryable, streams: readonly StreamPosition[]): Promise<StoredEvent[]> {
  if (streams.length === 0) return Promise.resolve([]);
  return rows(
    connection,
    'read-streams',
    `SELECT ${columns} FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS w (stream, after, up_to)
     JOIN LATERAL (SELECT * FROM events WHERE stream = w.stream AND version > w.after AND version <= w.up_to
       ORDER BY version) e ON true`,
    [
      streams.map(({ stream }) => stream),
      streams.map(({ after }) => after),
      streams.map(({ upTo = Number.MAX_SAFE_INTEGER }) => upTo),
    ],
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

export interface EventRange {
  /** Positions after this one. */
  after: number;
  /** And up to this one, which a high-water mark has passed. */
  upTo: number;
  /** All types where it is missing. */
  types?: readonly string[] | undefined;
  /** Every type that the reader has heard of; events of any other are given as well, so that it meets what it does not know. */
  known?: readonly string[] | undefined;
}

// Times as numbers: reading a text for each of millions of events costs more than all else of them.
const recordedColumns = `stream, version::float8, position::float8, type, schema_version AS "schemaVersion", data,
  (extract(epoch FROM recorded_at) * 1000)::float8 AS created`;

async function recorded(
  connection: Queryable,
  name: string,
  rest: string,
  values: unknown[],
): Promise<RecordedEvent[]> {
  try {
    const text = `SELECT ${recordedColumns} FROM events WHERE ${rest} ORDER BY position`;
    const { rows } = await connection.query<Omit<RecordedEvent, 'created'> & { created: number }>({
      name,
      text,
      values,
    });
    return rows.map((row) => ({ ...row, created: new Date(row.created) }));
  } catch (error) {
    throw storeError(error);
  }
}

/** The events of all streams in the order of their positions. */
export function readAll(connection: Queryable, { after, upTo, types, known }: EventRange): Promise<RecordedEvent[]> {
  const range = 'position > $1::bigint AND position <= $2::bigint';
  if (types === undefined) return recorded(connection, 'read-all', range, [after, upTo]);
  if (known === undefined) {
    return recorded(connection, 'read-all-of-types', `${range} AND type = ANY($3)`, [after, upTo, types]);
  }
  const unwanted = known.filter((type) => !types.includes(type));
  return recorded(connection, 'read-all-but-types', `${range} AND type <> ALL($3)`, [after, upTo, unwanted]);
}

/** The events at these positions, in their order. */
export function readByPositions(connection: Queryable, positions: readonly number[]): Promise<RecordedEvent[]> {
  return recorded(connection, 'read-by-positions', 'position = ANY($1::bigint[])', [positions]);
}

/** The highest position that is visible now; 0 in an empty store. What was acknowledged before is at or below it. */
export async function lastPosition(connection: Queryable): Promise<number> {
  try {
    const { rows } = await connection.query<{ position: number }>({
      name: 'last-position',
      text: 'SELECT coalesce(max(position), 0)::float8 AS position FROM events',
    });
    return rows[0]?.position ?? 0;
  } catch (error) {
    throw storeError(error);
  }
}
