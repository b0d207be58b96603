import type { ClientBase, Pool } from 'pg';
import { plainArray, textArray } from './array-literal';
import { DuplicateEventId, EventIdReused, storeError, WrongExpectedVersion } from './errors';
import type { ExpectedVersion, Metadata, NewEvent, StreamAppend, StreamHead } from './event';
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

/** The statement for these appends; it gives one row for each stream, or where `heads` is false a single one. */
export function prepareAppend(
  appends: readonly StreamAppend[],
  inline: readonly InlineWrite[] = [],
  { heads = true }: { heads?: boolean } = {},
): PreparedAppend {
  const ofStream: number[] = [];
  const nth: number[] = [];
  const ids: string[] = [];
  const types: string[] = [];
  const schemaVersions: number[] = [];
  const data: unknown[] = [];
  // Events of one command share their metadata, which is sent once.
  const metadata = new Map<Metadata, number>();
  const ofMetadata: number[] = [];
  let place = 0;
  for (const { events } of appends) {
    place += 1;
    let number = 0;
    for (const event of events) {
      number += 1;
      ofStream.push(place);
      nth.push(number);
      ids.push(event.id);
      types.push(event.type);
      schemaVersions.push(event.schemaVersion);
      data.push(event.data);
      const known = metadata.get(event.metadata);
      ofMetadata.push(known ?? metadata.size);
      if (known === undefined) metadata.set(event.metadata, metadata.size);
    }
  }
  const values: unknown[] = [
    textArray(appends.map(({ stream }) => stream)),
    plainArray(appends.map(({ expected }) => expectedNumber(expected))),
    plainArray(appends.map(({ events }) => events.length)),
    plainArray(ofStream),
    plainArray(nth),
    textArray(ids),
    textArray(types),
    plainArray(schemaVersions),
    plainArray(ofMetadata),
    JSON.stringify(data),
    JSON.stringify([...metadata.keys()]),
    notice(appends),
  ];
  let text = `WITH appended AS MATERIALIZED (SELECT * FROM append_events(
    $1::text[], $2::bigint[], $3::integer[], $4::integer[], $5::integer[], $6::uuid[], $7::text[], $8::integer[], $9::integer[],
    $10::jsonb, $11::jsonb, $12))`;
  for (const write of inline) {
    text += `,\n${write.name} AS (${write.sql(values.length + 1)})`;
    values.push(...write.parameters);
  }
  text += heads
    ? '\nSELECT stream, version::float8, last_position::float8 FROM appended'
    : '\nSELECT count(*) FROM appended';
  // One name for each set of inline writes, so that Postgres plans the statement once for a connection.
  const name = [heads ? 'append' : 'append-batch', ...inline.map((write) => write.name)].join('-');
  return { name, text, values };
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
