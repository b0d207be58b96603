import { strict as assert } from 'node:assert';
import type { Pool as Database } from 'pg';
import { poolStream } from '../../src/domain';
import { textArray } from '../../src/store/array-literal';

interface Row {
  stream: string;
  version: string;
  event_id: string;
  type: string;
  schema_version: string;
  data: string;
  metadata: string;
}

const columns = ['stream', 'version', 'event_id', 'type', 'schema_version', 'data', 'metadata'] as const;

/**
 * The floor: the rows that were written for reservations of one pool, written again into tables of the same shape by one connection,
 * bare: one INSERT for each batch, its parameters made ready beforehand; no decision, no version, no lock, no notice. Gives
 * reservations a second.
 */
export async function bareInsert(database: Database, pool: string, reservationsPerBatch: number): Promise<number> {
  const { rows } = await database.query<Row>(
    `SELECT e.stream, e.version::text, e.event_id::text, e.type, e.schema_version::text, e.data::text, e.metadata::text
     FROM events e WHERE e.stream <> $1 AND e.type = 'TicketsReserved' AND e.data -> 'items' -> 0 ->> 'pool' = $2
       OR e.stream = $1 AND e.type = 'TicketClaimed'
     ORDER BY e.position`,
    [poolStream(pool), pool],
  );
  await database.query(`
    CREATE TABLE bare_events (LIKE events INCLUDING ALL);
    CREATE TABLE bare_streams (LIKE streams INCLUDING ALL)`);
  const perBatch = 2 * reservationsPerBatch;
  const batches: string[][] = [];
  for (let first = 0; first + perBatch <= rows.length; first += perBatch) {
    const batch = rows.slice(first, first + perBatch);
    const begun = batch.filter(({ type }) => type === 'TicketsReserved').map(({ stream }) => stream);
    batches.push([...columns.map((column) => textArray(batch.map((row) => row[column]))), textArray(begun)]);
  }
  const client = await database.connect();
  try {
    const began = performance.now();
    for (const values of batches) {
      await client.query({
        name: 'bare-insert',
        text: `WITH begun AS (INSERT INTO bare_streams SELECT stream, 1 FROM unnest($8::text[]) AS stream)
          INSERT INTO bare_events (${columns.join(', ')}) SELECT * FROM
          unnest($1::text[], $2::bigint[], $3::uuid[], $4::text[], $5::integer[], $6::jsonb[], $7::jsonb[])`,
        values,
      });
    }
    const seconds = (performance.now() - began) / 1000;
    const written = await client.query<{ count: number }>('SELECT count(*)::integer FROM bare_events');
    assert.equal(written.rows[0]?.count, batches.length * perBatch);
    return (batches.length * reservationsPerBatch) / seconds;
  } finally {
    client.release();
    await database.query('DROP TABLE bare_events, bare_streams');
  }
}
