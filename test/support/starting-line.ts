import { Client, type Pool } from 'pg';
import { connect } from '../../src/store';
import { eventually } from './eventually';

/** Processes at the starting line: each with a connection of its own. */
export interface Runners {
  /**
   * Starts what each of them does, lets all come to the table they write to, and only then lets any of them through.
   * Gives how each ended, in their order.
   */
  race<Result>(run: (database: Pool, nth: number) => Promise<Result>): Promise<PromiseSettledResult<Result>[]>;
  close(): Promise<void>;
}

/** As many writers as are told, who can be held up before their first write to a stream. */
export async function atStartingLine(url: string, count: number): Promise<Runners> {
  const connections = Array.from({ length: count }, () => connect(url, () => undefined, { connections: 1 }));
  const starter = new Client({ connectionString: url });
  await starter.connect();
  await Promise.all(connections.map((database) => database.query('SELECT 1')));
  return {
    async race(run) {
      await holdStreams(starter);
      const running = Promise.allSettled(connections.map(run));
      try {
        await eventually(async () => (await heldUp(starter)) === count);
      } finally {
        await starter.query('COMMIT');
      }
      return running;
    },
    async close() {
      await Promise.all(connections.map((database) => database.end()));
      await starter.end();
    },
  };
}

/** From now on, who appends waits until this connection commits. */
export async function holdStreams(connection: Client): Promise<void> {
  await connection.query('BEGIN');
  await connection.query('LOCK TABLE streams IN EXCLUSIVE MODE');
}

/** How many wait to append. */
export async function heldUp(connection: Client): Promise<number> {
  const { rows } = await connection.query<{ count: number }>(
    `SELECT count(*)::integer FROM pg_locks WHERE relation = 'streams'::regclass AND NOT granted
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  return rows[0]?.count ?? 0;
}
