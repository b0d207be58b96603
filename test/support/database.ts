import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { eventually } from './eventually';
import { surroundings } from './surroundings';

export type TestDatabase = {
  readonly url: string;
  /** Ends whatever is still connected to it. */
  drop(): Promise<void>;
};

/** A migrated, empty database of the caller's own on the run's Postgres server. */
export function createTestDatabase(): Promise<TestDatabase> {
  return createDatabase(surroundings().postgres.template);
}

/** A database of the caller's own in which nothing is yet, not even a schema. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase('template0');
}

async function createDatabase(template: string): Promise<TestDatabase> {
  const { url } = surroundings().postgres;
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const own = new URL(url);
  own.pathname = `/${name}`;
  // Postgres may refuse to copy a template that is being copied for somebody else at this moment.
  await eventually(() => command(url, `CREATE DATABASE ${name} TEMPLATE ${template}`));
  return { url: own.href, drop: () => command(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function command(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
