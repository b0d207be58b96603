import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runner } from 'node-pg-migrate';
import type { Config } from './config';
import { runEntry } from './until-stopped';

const lockAttempts = 60;
const lockPauseMilliseconds = 500;

/** Brings the database to the newest schema. Several processes may call it at once: they take turns. */
export async function migrate(databaseUrl: string, say: (line: string) => void = () => undefined): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const applied = await runner({
        databaseUrl,
        dir: join(__dirname, '../store/migrations'),
        migrationsTable: 'migrations',
        direction: 'up',
        log: () => undefined,
      });
      for (const { name } of applied) say(`migrated: ${name}`);
      return;
    } catch (error) {
      const busy = error instanceof Error && error.message.includes('Another migration is already running');
      if (!busy || attempt === lockAttempts) throw error;
      await delay(lockPauseMilliseconds);
    }
  }
}

async function main({ databaseUrl }: Config): Promise<void> {
  if (databaseUrl === undefined) throw new Error('DATABASE_URL must be set: where is Postgres?');
  const say = (line: string) => process.stdout.write(`${line}\n`);
  await migrate(databaseUrl, say);
  say('the schema is up to date');
}

runEntry(__filename, main);
