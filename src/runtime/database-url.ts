import { join } from 'node:path';
import type { Config } from './config';
import { runningPostgresUrl } from './postgres-server';

/** The database that `npm start` makes in its own Postgres, and the folder of that. */
export const ownDatabase = { name: 'boxoffice', folder: (dataDir: string) => join(dataDir, 'postgres') } as const;

/** For commands beside a running boxoffice: `DATABASE_URL`, or the Postgres of the `npm start` on the data folder. */
export async function databaseUrlOf({ databaseUrl, dataDir }: Config): Promise<string> {
  const url = databaseUrl ?? (await runningPostgresUrl(ownDatabase.folder(dataDir), ownDatabase.name));
  if (url === undefined)
    throw new Error(`where is Postgres? Set DATABASE_URL, or run npm start on ${dataDir} beside this`);
  return url;
}
