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

/** An append made ready to be sent: all of its text and parameters. */
export interface PreparedAppend {
  name: string;
  text: string;
  values: unknown[];
}

export function prepareAppend(appends: readonly StreamAppend[], inline: readonly InlineWrite[] = []): PreparedAppend {
  const events = appends.flatMap((append) => append.events);
  const values: unknown[] = [
    appends.map(({ stream }) => stream),
    appends.map(({ expected }) => expectedNumber(expected)),
    appends.map((append) => append.events.length),
    appends.flatMap((append, index) => append.events.map(() => index + 1)),
    appends.flatMap((append) => append.events.map((_, nth) => nth + 1)),
    events.map(({ id }) => id),
    events.map(({ type }) => type),
    events.map(({ schemaVersion }) => schemaVersion),
    JSON.stringify(events.map(({ data }) => data)),
    JSON.stringify(events.map(({ metadata }) => metadata)),
    notice(appends),
  ];
  let text = `WITH appended AS MATERIALIZED (SELECT * FROM append_events(
    $1::text[], $2::bigint[], $3::bigint[], $4::integer[], $5::integer[], $6::uuid[], $7::text[], $8::integer[], $9::jsonb, $10::jsonb, $11))`;
  for (const write of inline) {
    text += `,\n${write.name} AS (${write.sql(values.length + 1)})`;
    values.push(...write.parameters);
  }
  text += '\nSELECT stream, version::float8, last_position::float8 FROM appended';
  // One name for each set of inline writes, so that Postgres plans the statement once for a connection.
  return { name: ['append', ...inline.map((write) => write.name)].join('-'), text, values };
}

/**
 * Appends to all streams in one statement and one round trip, or to none; inline writes commit with it.
 * Throws WrongExpectedVersion, DuplicateEventId, StoreUnavailable.
 */
export async function sendAppend(connection: Queryable, prepared: PreparedAppend): Promise<StreamHead[]> {
  try {
    const { rows } = await connection.query<{ stream: string; version: number; last_position: number }>(prepared);
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
    return await sendAppend(connection, prepareAppend(appends));
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
