import type { ClientBase, Pool as Database } from 'pg';
import { type ChangedRow, type Pool, type PoolEvent, poolStream, type SeatRow } from '../domain';
import type { InlineWrite, StreamChange } from '../store';
import { foldPool } from './fold-pool';

const touching = [
  'PoolCreated',
  'TicketClaimed',
  'TicketReleased',
  'TicketBought',
  'TicketsWithheld',
  'TicketsGivenBack',
] as const satisfies readonly PoolEvent['type'][];

/** What has become of each numbered seat, a row for each row of seats; written by the append itself, in its own statement. */
export const seatRowsOfPools = { name: 'seat_rows', events: touching } as const;

/** A row of seats, exact at the position of its pool, and last changed at `position` or before. */
export interface SeatRowView {
  index: number;
  layout: SeatRow;
  /** A letter for each seat, from the left. */
  statuses: string;
  position: number;
}

interface Written extends ChangedRow {
  stream: string;
  pool: string;
  layout: SeatRow | undefined;
}

/** Written in the append's own statement: each row of seats that differs, once per batch. */
export function writeSeatRows(changes: readonly StreamChange[]): InlineWrite[] {
  const [made, changed]: [Written[], Written[]] = [[], []];
  for (const { aggregate, stream, before, state } of changes) {
    if (aggregate.category !== 'pool') continue;
    const [old, pool] = [before as Pool | undefined, state as Pool];
    const rows = pool.seats?.changedRows(old?.seats) ?? [];
    const into = old ? changed : made;
    for (const each of rows) into.push({ ...each, stream, pool: pool.name, layout: pool.rows?.[each.index] });
  }
  return [...(made.length > 0 ? [insertion(made)] : []), ...(changed.length > 0 ? [update(changed)] : [])];
}

function insertion(rows: readonly Written[]): InlineWrite {
  return {
    name: 'made_seat_rows',
    sql: (first) => `
      INSERT INTO seat_rows (pool, row_index, layout, statuses, position)
      SELECT u.pool, u.row_index, u.layout::jsonb, u.statuses, appended.last_position
      FROM unnest($${first}::text[], $${first + 1}::text[], $${first + 2}::integer[], $${first + 3}::text[], $${first + 4}::text[])
        AS u (stream, pool, row_index, layout, statuses)
      JOIN appended ON appended.stream = u.stream`,
    parameters: [
      rows.map(({ stream }) => stream),
      rows.map(({ pool }) => pool),
      rows.map(({ index }) => index),
      rows.map(({ layout }) => JSON.stringify(layout)),
      rows.map(({ statuses }) => statuses),
    ],
  };
}

function update(rows: readonly Written[]): InlineWrite {
  return {
    name: 'changed_seat_rows',
    sql: (first) => `
      UPDATE seat_rows AS r SET statuses = u.statuses, position = appended.last_position
      FROM unnest($${first}::text[], $${first + 1}::text[], $${first + 2}::integer[], $${first + 3}::text[])
        AS u (stream, pool, row_index, statuses)
      JOIN appended ON appended.stream = u.stream
      WHERE r.pool = u.pool AND r.row_index = u.row_index`,
    parameters: [
      rows.map(({ stream }) => stream),
      rows.map(({ pool }) => pool),
      rows.map(({ index }) => index),
      rows.map(({ statuses }) => statuses),
    ],
  };
}

/**
 * Fills an empty table of the same shape from the streams of numbered pools, in a snapshot of the database. Every row
 * has the position of its pool, which is that of its last change or later.
 * @returns the highest position that was folded
 */
export async function seatRowsFromStreams(connection: ClientBase, table: string): Promise<number> {
  const { rows } = await connection.query<{ stream: string }>(
    `SELECT stream FROM streams s JOIN events e USING (stream)
     WHERE starts_with(stream, $1) AND e.version = 1 AND e.data ? 'rows' ORDER BY stream`,
    [poolStream('')],
  );
  let highest = 0;
  for (const { stream } of rows) {
    const folded = await foldPool(connection, stream);
    if (!folded) continue;
    const { pool, position } = folded;
    await connection.query(
      `INSERT INTO ${table} (pool, row_index, layout, statuses, position)
       SELECT $1, place - 1, layout, statuses, $4 FROM unnest($2::jsonb[], $3::text[]) WITH ORDINALITY AS u (layout, statuses, place)`,
      [pool.name, pool.rows?.map((row) => JSON.stringify(row)), pool.seats?.statuses(), position],
    );
    highest = Math.max(highest, position);
  }
  return highest;
}

/** The seats of a pool, exact at `position`; the front row first. */
export interface PoolSeats {
  pool: string;
  position: number;
  rows: SeatRowView[];
}

interface Row extends SeatRowView {
  pool: string;
  poolPosition: number;
}

const columns = `r.row_index AS index, r.layout, r.statuses, r.position::float8`;

/** All seats of each of these pools that has numbered ones. */
export async function seatsOfPools(database: Database, names: readonly string[]): Promise<PoolSeats[]> {
  const { rows } = await database.query<Row>({
    name: 'seats-of-pools',
    text: `SELECT a.pool, a.position::float8 AS "poolPosition", ${columns}
      FROM availability a JOIN seat_rows r USING (pool) WHERE a.pool = ANY($1) ORDER BY a.pool, r.row_index`,
    values: [names],
  });
  const seats = new Map<string, PoolSeats>();
  for (const { pool, poolPosition, ...row } of rows) {
    const known = seats.get(pool);
    if (known) known.rows.push(row);
    else seats.set(pool, { pool, position: poolPosition, rows: [row] });
  }
  return [...seats.values()];
}

/** The rows of seats that have changed after this position. */
export async function seatRowsSince(database: Database, pool: string, position: number): Promise<SeatRowView[]> {
  const { rows } = await database.query<SeatRowView>({
    name: 'seat-rows-since',
    text: `SELECT ${columns} FROM seat_rows r WHERE r.pool = $1 AND r.position > $2 ORDER BY r.row_index`,
    values: [pool, position],
  });
  return rows;
}
