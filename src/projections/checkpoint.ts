import type { ClientBase, Pool } from 'pg';
import { type EventBatch, PositionMoved, type RecordedEvent, transaction } from '../store';
import { liveTables, type Projection } from './projection';

/** How far a projection has come. Throws for one that no migration knows. */
export async function checkpoint(connection: Pool | ClientBase, name: string): Promise<number> {
  const { rows } = await connection.query<{ position: number }>({
    name: 'checkpoint',
    text: 'SELECT position::float8 FROM projections WHERE name = $1',
    values: [name],
  });
  const [row] = rows;
  if (!row) throw new Error(`no projection ${name}: is the schema up to date?`);
  return row.position;
}

/**
 * An event of a type that only a newer version of boxoffice knows. This one neither skips nor parks it: it stands still, and a
 * process of the newer version helps out.
 */
export class UnknownEvent extends Error {
  override readonly name = 'UnknownEvent';
}

/**
 * Brings a batch into a projection: its rows and its checkpoint in one transaction. An event that cannot be applied is
 * parked, with all that follow it in its stream; the rest goes on. Throws PositionMoved where another process was first, UnknownEvent.
 */
export async function advance(database: Pool, projection: Projection, batch: EventBatch): Promise<void> {
  const unknown = batch.events.find(({ type }) => !projection.events.includes(type));
  if (unknown) throw new UnknownEvent(`no event ${unknown.type}, at ${unknown.position}, is known to this version`);
  if (batch.events.length === 0) {
    await move(database, projection.name, batch);
    return;
  }
  try {
    await transaction(database, 'BEGIN', async (connection) => {
      const parked = await move(connection, projection.name, batch);
      const events = parked === 0 ? batch.events : await behindParked(connection, projection.name, batch.events);
      if (events.length > 0) await projection.apply(events, liveTables(connection));
    });
  } catch (error) {
    if (!isPoison(error)) throw error;
    const [first, ...others] = batch.events;
    if (!first) throw error;
    if (others.length === 0) return park(database, projection.name, batch, first, error);
    for (const half of halves(batch)) await advance(database, projection, half);
  }
}

/**
 * Moves the checkpoint, which locks it: whoever applies events to this projection takes turns. Gives how many are parked.
 * Nobody waits for the disk: rows and checkpoint share their fate, so a crash that loses the last of them loses both, and the
 * events are applied again.
 */
async function move(connection: Pool | ClientBase, name: string, { after, upTo }: EventBatch): Promise<number> {
  const { rows } = await connection.query<{ parked: number }>({
    name: 'move-checkpoint',
    text: `UPDATE projections SET position = $3, updated_at = statement_timestamp()
           FROM set_config('synchronous_commit', 'off', true)
           WHERE name = $1 AND position = $2 RETURNING parked`,
    values: [name, after, upTo],
  });
  const [row] = rows;
  if (!row) throw new PositionMoved(`${name} is not at ${after} any more`);
  return row.parked;
}

/** The events whose stream has none parked; the others are parked behind it, so that each stream is applied in order. */
async function behindParked(
  connection: ClientBase,
  name: string,
  events: readonly RecordedEvent[],
): Promise<readonly RecordedEvent[]> {
  const { rows } = await connection.query<{ stream: string }>(
    'SELECT DISTINCT stream FROM parked_events WHERE projection = $1 AND stream = ANY($2)',
    [name, events.map(({ stream }) => stream)],
  );
  const held = new Set(rows.map(({ stream }) => stream));
  await insertParked(
    connection,
    name,
    events.filter(({ stream }) => held.has(stream)),
    null,
  );
  return events.filter(({ stream }) => !held.has(stream));
}

async function park(
  database: Pool,
  name: string,
  batch: EventBatch,
  event: RecordedEvent,
  error: unknown,
): Promise<void> {
  await transaction(database, 'BEGIN', async (connection) => {
    await move(connection, name, batch);
    await insertParked(connection, name, [event], error instanceof Error ? error.message : String(error));
  });
}

const errorLength = 1_000;

async function insertParked(
  connection: ClientBase,
  name: string,
  events: readonly RecordedEvent[],
  error: string | null,
): Promise<void> {
  if (events.length === 0) return;
  await connection.query(
    `WITH inserted AS (
       INSERT INTO parked_events (projection, position, stream, error)
       SELECT $1, position, stream, $4 FROM unnest($2::bigint[], $3::text[]) AS u (position, stream) RETURNING 1)
     UPDATE projections SET parked = parked + (SELECT count(*) FROM inserted) WHERE name = $1`,
    [
      name,
      events.map(({ position }) => position),
      events.map(({ stream }) => stream),
      error?.slice(0, errorLength) ?? null,
    ],
  );
}

function halves({ after, upTo, events }: EventBatch): [EventBatch, EventBatch] {
  const [first, second] = [events.slice(0, events.length >> 1), events.slice(events.length >> 1)];
  const middle = first.at(-1)?.position ?? after;
  return [
    { after, upTo: middle, events: first },
    { after: middle, upTo, events: second },
  ];
}

/** SQLSTATE classes of data that does not fit: 22 data exception, 23 integrity constraint violation. */
const dataClasses = /^(22|23)...$/;
const blameless: ReadonlySet<string> = new Set(['PositionMoved', 'StoreUnavailable', 'AbortError']);
const sqlState = /^[0-9A-Z]{5}$/;

/** Whether an event is to blame. What a whole database has, a missing table or a full disk, is not to be blamed on events. */
export function isPoison(error: unknown): boolean {
  if (!(error instanceof Error) || blameless.has(error.name)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code === undefined) return true;
  return sqlState.test(code) && dataClasses.test(code);
}
