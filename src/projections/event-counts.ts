import type { Pool as Database } from 'pg';
import { knownEvents, type Projection } from './projection';

/** How many events there are of each type. */
export const countedEvents: Projection = {
  name: 'event_counts',
  tables: ['event_counts'],
  events: knownEvents,
  async apply(events, { connection, table }) {
    const counts = new Map<string, number>();
    for (const { type } of events) counts.set(type, (counts.get(type) ?? 0) + 1);
    await connection.query(
      `INSERT INTO ${table('event_counts')} AS e (type, count) SELECT * FROM unnest($1::text[], $2::bigint[])
       ON CONFLICT (type) DO UPDATE SET count = e.count + excluded.count`,
      [[...counts.keys()], [...counts.values()]],
    );
  },
};

/** By type, those that never happened left out. */
export async function eventCounts(database: Database): Promise<{ type: string; count: number }[]> {
  const { rows } = await database.query<{ type: string; count: number }>(
    'SELECT type, count::float8 FROM event_counts ORDER BY type',
  );
  return rows;
}
