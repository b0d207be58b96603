import type { ClientBase, Pool as Database } from 'pg';
import { transaction } from '../store';
import { Aside } from './aside';
import { availability, availabilityFromStreams } from './availability';
import { checkpoint } from './checkpoint';
import type { Projection } from './projection';

export const verifyLimits = {
  /** Differing rows that are shown. */
  shown: 10,
  shownLength: 300,
} as const;

export interface Verified {
  name: string;
  /** Up to which the events were folded. */
  position: number;
  rows: number;
  /** Rows that are in one of the two only; one that differs counts in both. */
  differing: number;
  /** Some of them, as JSON, `live` or `rebuilt`. */
  shown: readonly string[];
}

/** One moment of the whole database: rows, checkpoint and events belong together. */
const oneMoment = 'BEGIN ISOLATION LEVEL REPEATABLE READ';

/** Builds a projection anew aside, as of this moment, and compares. Nothing is changed, and nobody is held up. */
export function verify(
  database: Database,
  projection: Projection,
  progress: (progress: { position: number; upTo: number }) => void = () => undefined,
): Promise<Verified> {
  return transaction(database, oneMoment, async (connection) => {
    // Before the first look, which settles the moment: a table that a rebuild swaps in after it would be seen without its rows.
    await connection.query(`LOCK TABLE ${projection.tables.join(', ')} IN ACCESS SHARE MODE`);
    const aside = new Aside(projection, 'verified');
    const position = await checkpoint(connection, projection.name);
    await aside.create(connection, 'TEMPORARY');
    await aside.fill(connection, connection, position, (reached) => progress({ position: reached, upTo: position }));
    const compared = await compare(connection, projection.tables, (table) => aside.nameOf(table));
    await aside.drop(connection);
    return { name: projection.name, position, ...compared };
  });
}

/** The same for availability, which the appends write themselves. */
export function verifyAvailability(database: Database): Promise<Verified> {
  return transaction(database, oneMoment, async (connection) => {
    const aside = `${availability.name}_verified`;
    await connection.query(`CREATE TEMPORARY TABLE ${aside} (LIKE ${availability.name} INCLUDING ALL)`);
    const position = await availabilityFromStreams(connection, aside);
    const compared = await compare(connection, [availability.name], () => aside);
    await connection.query(`DROP TABLE ${aside}`);
    return { name: availability.name, position, ...compared };
  });
}

async function compare(
  connection: ClientBase,
  tables: readonly string[],
  aside: (table: string) => string,
): Promise<Pick<Verified, 'rows' | 'differing' | 'shown'>> {
  const sums = { rows: 0, differing: 0, shown: [] as string[] };
  for (const table of tables) {
    const { rows } = await connection.query<{ rows: number; differing: number; shown: string[] }>(
      `WITH live AS (SELECT to_jsonb(t) AS row FROM ${table} t), rebuilt AS (SELECT to_jsonb(t) AS row FROM ${aside(table)} t),
         differing AS (
           (SELECT 'live' AS side, row FROM (SELECT row FROM live EXCEPT ALL SELECT row FROM rebuilt) AS l)
           UNION ALL (SELECT 'rebuilt', row FROM (SELECT row FROM rebuilt EXCEPT ALL SELECT row FROM live) AS r))
       SELECT (SELECT count(*)::integer FROM live) AS rows, (SELECT count(*)::integer FROM differing) AS differing,
         array(SELECT left(side || ' ' || row::text, $1) FROM differing ORDER BY row::text, side LIMIT $2) AS shown`,
      [verifyLimits.shownLength, verifyLimits.shown],
    );
    const [row] = rows;
    if (!row) continue;
    sums.rows += row.rows;
    sums.differing += row.differing;
    sums.shown.push(...row.shown);
  }
  return sums;
}
