import { Client } from 'pg';

/** Nothing can be appended until what is returned is called: the table of events is locked, as by a migration. */
export async function lockEvents(databaseUrl: string): Promise<() => Promise<void>> {
  const holder = new Client({ connectionString: databaseUrl });
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query('LOCK TABLE events IN EXCLUSIVE MODE');
  return async () => {
    await holder.query('COMMIT');
    await holder.end();
  };
}
