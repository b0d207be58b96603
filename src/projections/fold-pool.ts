import type { ClientBase } from 'pg';
import { evolvePool, type Pool, poolCodec } from '../domain';
import { readStreams } from '../store';

/** Events of one pool that are read at once. */
const page = 5_000;

/** A pool as all its events make it, and the position of the last of them. */
export async function foldPool(
  connection: ClientBase,
  stream: string,
): Promise<{ pool: Pool; position: number } | undefined> {
  let pool: Pool | undefined;
  let position = 0;
  for (let after = 0; ; after += page) {
    const events = await readStreams(connection, [{ stream, after, upTo: after + page }]);
    for (const event of events) {
      pool = evolvePool(pool, poolCodec.decode(event));
      position = event.position;
    }
    if (events.length < page) return pool && { pool, position };
  }
}
