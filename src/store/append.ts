import type { ClientBase, Pool } from 'pg';
import { DuplicateEventId, EventIdReused, storeError, WrongExpectedVersion } from './errors';
import type { ExpectedVersion, NewEvent, StreamAppend, StreamHead } from './event';
import { readByIds } from './read';

/** Extra SQL that rides in the append's own statement: a read model that must be exact. */
export interface InlineWrite {
  name: string;
  /** An INSERT or UPDATE that may join `appended (stream, version, last_position)`; `$n` counts from `firstParameter`. */
  sql(firstParameter: number): string;
  parameters: readonly unknown[];
}

type Queryable = Pool | ClientBase;

const noticeLimitBytes = 7000;

function expectedNumber(expected: ExpectedVersion): number {
  if (expected === 'none') return 0;
  if (expected === 'any') return -1;
  return expected === 'exists' ? -2 : expected;
}

/** The streams that changed, or an empty notice (look at everything) where their names would not fit. */
function notice(appends: readonly StreamAppend[]): string {
  const names = appends
    .filter(({ events }) => events.length > 0)
    .map(({ stream }) => stream)
    .join(',');
  return names.length <= noticeLimitBytes ? names : '';
}

/**
 * Appends to all streams in one statement and one round trip, or to none; inline writes commit with it.
 * Throws WrongExpectedVersion, DuplicateEventId, StoreUnavailable.
 */
export async function appendOnce(
  connection: Queryable,
  appends: readonly StreamAppend[],
  inline: readonly InlineWrite[] = [],
): Promise<StreamHead[]> {
  const events = appends.flatMap((append, index) =>
    append.events.map((event, nth) => ({ event, ofStream: index + 1, nth: nth + 1 })),
  );
  const parameters: unknown[] = [
    appends.map(({ stream }) => stream),
    appends.map(({ expected }) => expectedNumber(expected)),
    appends.map((append) => append.events.length),
    events.map(({ ofStream }) => ofStream),
    events.map(({ nth }) => nth),
    events.map(({ event }) => event.id),
    events.map(({ event }) => event.type),
    events.map(({ event }) => event.schemaVersion),
    events.map(({ event }) => JSON.stringify(event.data)),
    events.map(({ event }) => JSON.stringify(event.metadata)),
    notice(appends),
  ];
  let text = `WITH appended AS MATERIALIZED (SELECT * FROM append_events(
    $1::text[], $2::bigint[], $3::bigint[], $4::integer[], $5::integer[], $6::uuid[], $7::text[], $8::integer[], $9::text[], $10::text[], $11))`;
  for (const write of inline) {
    text += `,\n${write.name} AS (${write.sql(parameters.length + 1)})`;
    parameters.push(...write.parameters);
  }
  text += '\nSELECT stream, version::float8, last_position::float8 FROM appended';
  // One name for each set of inline writes, so that Postgres plans the statement once for a connection.
  const name = ['append', ...inline.map((write) => write.name)].join('-');
  try {
    const { rows } = await connection.query<{ stream: string; version: number; last_position: number }>({
      name,
      text,
      values: parameters,
    });
    return rows.map((row) => ({ stream: row.stream, version: row.version, position: row.last_position }));
  } catch (error) {
    throw storeError(error);
  }
}

function sameEvent(one: NewEvent, other: NewEvent): boolean {
  return one.type === other.type && canonical(one.data) === canonical(other.data);
}

/** JSON with sorted keys: jsonb does not keep their order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/**
 * Appends, or finds that the very same events were appended before (an answer that was lost) and returns that first result.
 * Throws WrongExpectedVersion with the actual version, EventIdReused, StoreUnavailable.
 */
export async function append(connection: Queryable, appends: readonly StreamAppend[]): Promise<StreamHead[]> {
  try {
    return await appendOnce(connection, appends);
  } catch (error) {
    if (!(error instanceof WrongExpectedVersion || error instanceof DuplicateEventId)) throw error;
    const first = await firstResult(connection, appends);
    if (first) return first;
    throw error;
  }
}

async function firstResult(connection: Queryable, appends: readonly StreamAppend[]): Promise<StreamHead[] | undefined> {
  const wanted = appends.flatMap(({ stream, events }) => events.map((event) => ({ stream, event })));
  const stored = new Map(
    (
      await readByIds(
        connection,
        wanted.map(({ event }) => event.id),
      )
    ).map((event) => [event.id, event]),
  );
  if (stored.size === 0) return undefined;
  const different = wanted.filter(({ stream, event }) => {
    const found = stored.get(event.id);
    return !found || found.stream !== stream || !sameEvent(found, event);
  });
  if (different.length > 0) throw new EventIdReused(different.map(({ event }) => event.id));
  return appends.map(({ stream, events }) => {
    const last = stored.get(events.at(-1)?.id ?? '');
    return { stream, version: last?.version ?? 0, position: last?.position ?? 0 };
  });
}
