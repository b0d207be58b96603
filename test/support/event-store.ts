import { randomUUID } from 'node:crypto';
import { Client, type Pool } from 'pg';
import { connect, type NewEvent, readStream } from '../../src/store';
import { createTestDatabase } from './database';

export interface OpenStore {
  url: string;
  database: Pool;
  close(): Promise<void>;
}

/** An empty store, with one process's connections to it. */
export async function openStore(): Promise<OpenStore> {
  const { url, drop } = await createTestDatabase();
  const database = connect(url, () => undefined);
  const close = async () => {
    await database.end();
    await drop();
  };
  return { url, database, close };
}

export const newEvent = (data: unknown = {}, id: string = randomUUID()): NewEvent => ({
  id,
  type: 'SomethingHappened',
  schemaVersion: 1,
  data,
  metadata: { correlation: 'a-test', causation: 'a-step', workflow: 'a-workflow' },
});

export const newEvents = (count: number): NewEvent[] => Array.from({ length: count }, () => newEvent());

export async function versionsIn(database: Pool, stream: string): Promise<number[]> {
  return (await readStream(database, stream)).map(({ version }) => version);
}

/** The numbers from 1 to `count`: what the versions of a stream must be. */
export const oneTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** Ends every connection to the database but the one that does it; gives how many there were. */
export async function endConnections(url: string, having = ''): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%' || $1 || '%'`,
      [having],
    );
    return rowCount ?? 0;
  } finally {
    await client.end();
  }
}
