import { strict as assert } from 'node:assert';
import type { Pool as Database } from 'pg';
import { poolStream } from '../../src/domain';
import { poolsNamed } from '../../src/projections';
import { capacity } from './seller';

/** What was answered is what is stored: the counts of the view, the streams and the answers are one number, and no version is missing. */
export async function checkSold(database: Database, pools: readonly string[], reserved: number): Promise<void> {
  const views = await poolsNamed(database, pools);
  assert.equal(views.length, pools.length);
  for (const { available, claimed, sold } of views) assert.equal(available + claimed + sold, capacity);
  const claimed = views.reduce((total, view) => total + view.claimed, 0);
  assert.equal(claimed, reserved);
  const { rows } = await database.query<{ claims: number; streams: number; unbroken: boolean }>(
    `SELECT sum(s.claims)::integer AS claims, count(*)::integer AS streams, bool_and(s.last = s.events AND s.events = s.claims + 1) AS unbroken
     FROM (SELECT count(DISTINCT data ->> 'ticketId') FILTER (WHERE type = 'TicketClaimed') AS claims, count(*) AS events, max(version) AS last
       FROM events WHERE stream = ANY($1) GROUP BY stream) s`,
    [pools.map(poolStream)],
  );
  assert.deepEqual(rows, [{ claims: reserved, streams: pools.length, unbroken: true }]);
}
