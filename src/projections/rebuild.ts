import type { ClientBase, Pool as Database } from 'pg';
import { type HighWaterMark, transaction } from '../store';
import { Aside } from './aside';
import { checkpoint } from './checkpoint';
import type { Projection } from './projection';

export const rebuildLimits = {
  /** How long the swap waits for readers of the old table before it lets them go first and tries again. */
  swapMilliseconds: 1_000,
  swapAttempts: 20,
} as const;

export interface RebuildProgress {
  position: number;
  /** Where it will end, as far as is known now. */
  upTo: number;
}

export interface Rebuilt {
  position: number;
  parked: number;
  milliseconds: number;
}

/** Somebody else rebuilds this projection at this moment. */
export class RebuildUnderWay extends Error {
  override readonly name = 'RebuildUnderWay';
}

/** Advisory locks of this class, one for each projection that is being rebuilt. */
const lockClass = 842_003;

/**
 * Builds a projection anew from the first event, beside the tables in use and while events go on, and then puts the new
 * ones in their place. All of it is one transaction: what ends it before leaves everything as it was.
 * Throws RebuildUnderWay, StoreUnavailable.
 */
export async function rebuild(
  database: Database,
  mark: HighWaterMark,
  projection: Projection,
  progress: (progress: RebuildProgress) => void = () => undefined,
): Promise<Rebuilt> {
  const began = performance.now();
  return transaction(database, 'BEGIN', async (connection) => {
    await lockRebuild(connection, projection.name);
    const aside = new Aside(projection, 'rebuilt');
    await aside.create(connection, '');
    const upTo = await mark.current();
    await aside.fill(database, connection, upTo, (position) => progress({ position, upTo }));
    // From here on the projection stands still: who leads it waits for this row.
    await connection.query('SELECT 1 FROM projections WHERE name = $1 FOR UPDATE', [projection.name]);
    const end = Math.max(await mark.current(), await checkpoint(connection, projection.name));
    await aside.fill(database, connection, end, (position) => progress({ position, upTo: end }));
    await swap(connection, aside);
    await replaceParked(connection, aside);
    return { position: end, parked: aside.parked.length, milliseconds: performance.now() - began };
  });
}

export async function lockRebuild(connection: ClientBase, name: string): Promise<void> {
  const { rows } = await connection.query<{ mine: boolean }>(
    'SELECT pg_try_advisory_xact_lock($1, hashtext($2)) AS mine',
    [lockClass, name],
  );
  if (rows[0]?.mine !== true) throw new RebuildUnderWay(`${name} is being rebuilt already; wait for that to end`);
}

/** Readers of the old tables are waited for, but never in such a way that others queue up behind for long. */
export async function swap(connection: ClientBase, aside: Aside): Promise<void> {
  const { swapMilliseconds, swapAttempts } = rebuildLimits;
  await connection.query("SELECT set_config('lock_timeout', $1, true)", [String(swapMilliseconds)]);
  for (let attempt = 1; ; attempt += 1) {
    await connection.query('SAVEPOINT swap');
    try {
      for (const table of aside.projection.tables) {
        await connection.query(`DROP TABLE ${table}`);
        await connection.query(`ALTER TABLE ${aside.nameOf(table)} RENAME TO ${table}`);
      }
      return;
    } catch (error) {
      const isLockTimeout = error instanceof Error && 'code' in error && error.code === '55P03';
      if (!isLockTimeout || attempt === swapAttempts) throw error;
      await connection.query('ROLLBACK TO SAVEPOINT swap');
    }
  }
}

async function replaceParked(connection: ClientBase, { projection: { name }, position, parked }: Aside): Promise<void> {
  await connection.query('DELETE FROM parked_events WHERE projection = $1', [name]);
  await connection.query(
    `INSERT INTO parked_events (projection, position, stream, error)
     SELECT $1, position, stream, error FROM unnest($2::bigint[], $3::text[], $4::text[]) AS u (position, stream, error)`,
    [name, parked.map((each) => each.position), parked.map(({ stream }) => stream), parked.map(({ error }) => error)],
  );
  await connection.query('UPDATE projections SET position = $2, parked = $3, updated_at = now() WHERE name = $1', [
    name,
    position,
    parked.length,
  ]);
}
