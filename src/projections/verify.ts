import type { ClientBase, Pool as Database } from 'pg';
import { transaction } from '../store';
import { Aside } from './aside';
import { availability, availabilityFromStreams } from './availability';
import { checkpoint } from './checkpoint';
import type { Projection } from './projection';
import { seatRowsFromStreams, seatRowsOfPools } from './seat-rows';

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

interface Inline {
  name: string;
  fill(connection: ClientBase, table: string): Promise<number>;
  /** What is compared of a row `t`, as JSON. */
  compared?: string;
}

/** The same for read models that the appends write themselves. */
function verifyInline(database: Database, { name, fill, compared }: Inline): Promise<Verified> {
  return transaction(database, oneMoment, async (connection) => {
    const aside = `${name}_verified`;
    await connection.query(`CREATE TEMPORARY TABLE ${aside} (LIKE ${name} INCLUDING ALL)`);
    const position = await fill(connection, aside);
    const found = await compare(connection, [name], () => aside, compared);
    await connection.query(`DROP TABLE ${aside}`);
    return { name, position, ...found };
  });
}

export const verifyAvailability = (database: Database) =>
  verifyInline(database, { name: availability.name, fill: availabilityFromStreams });

/** All but the positions of rows: which events went by one append is not told by the events. */
export const verifySeatRows = (database: Database) =>
  verifyInline(database, {
    name: seatRowsOfPools.name,
    fill: seatRowsFromStreams,
    compared: "to_jsonb(t) - 'position'",
  });

/** How each read model that the appends write themselves is verified. */
export const inlineVerifications: ReadonlyMap<string, (database: Database) => Promise<Verified>> = new Map([
  [availability.name, verifyAvailability],
  [seatRowsOfPools.name, verifySeatRows],
]);

async function compare(
  connection: ClientBase,
  tables: readonly string[],
  aside: (table: string) => string,
  compared = 'to_jsonb(t)',
): Promise<Pick<Verified, 'rows' | 'differing' | 'shown'>> {
  const sums = { rows: 0, differing: 0, shown: [] as string[] };
  for (const table of tables) {
    const { rows } = await connection.query<{ rows: number; differing: number; shown: string[] }>(
      `WITH live AS (SELECT ${compared} AS row FROM ${table} t), rebuilt AS (SELECT ${compared} AS row FROM ${aside(table)} t),
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
