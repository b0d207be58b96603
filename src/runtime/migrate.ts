import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runner } from 'node-pg-migrate';
import { configOfThisProcess } from './config';

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

async function main(): Promise<void> {
  const { databaseUrl } = configOfThisProcess();
  if (databaseUrl === undefined) throw new Error('DATABASE_URL must be set: where is Postgres?');
  const say = (line: string) => process.stdout.write(`${line}\n`);
  await migrate(databaseUrl, say);
  say('the schema is up to date');
}

if (process.argv[1] === __filename) {
  main().catch((error: unknown) => {
    process.stderr.write(`boxoffice: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
}
