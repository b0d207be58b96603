import { execFile, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { auditWhole, rules, standingAudit } from '../../src/audit';
import { migrate } from '../../src/runtime/migrate';
import { append, readStream } from '../../src/store';
import { surroundings } from '../support/surroundings';
import { repository } from './compose-file';

const passwords = {
  TEMPORAL_DB_PASSWORD: 'temporals',
  BOXOFFICE_OWNER_PASSWORD: 'owners',
  BOXOFFICE_APP_PASSWORD: 'applications',
};

const run = promisify(execFile);

/** Runs one of the scripts of deploy/postgres as its job does, with the psql of this machine. */
async function psql(script: string, url: string, environment: Record<string, string> = {}): Promise<void> {
  await run('psql', ['--no-psqlrc', `--file=deploy/postgres/${script}`, url], {
    cwd: repository,
    env: { ...process.env, ...environment },
  });
}

function urlOf(database: string, role: string, password: string): string {
  const url = new URL(surroundings().postgres.url);
  return Object.assign(url, { pathname: `/${database}`, username: role, password }).href;
}

const ownerUrl = (): string => urlOf('boxoffice', 'boxoffice_owner', passwords.BOXOFFICE_OWNER_PASSWORD);
const applicationUrl = (): string => urlOf('boxoffice', 'boxoffice_app', passwords.BOXOFFICE_APP_PASSWORD);

async function connected<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** One more event of the stream `pool-roles`, through the store itself. */
function appendOne(client: Client) {
  const metadata = { correlation: 'roles', causation: 'a-test', workflow: 'pool-roles' };
  const event = { id: randomUUID(), type: 'Tried', schemaVersion: 1, data: {}, metadata };
  return append(client, [{ stream: 'pool-roles', expected: 'any', events: [event] }]);
}

const hasPsql = spawnSync('psql', ['--version']).status === 0;
const suite = hasPsql ? describe : describe.skip;

suite(`the database roles of production${hasPsql ? '' : ' (skipped: psql was not found)'}`, () => {
  beforeAll(async () => {
    const { url } = surroundings().postgres;
    await psql('setup.sql', url, { ...passwords, BOXOFFICE_APP_PASSWORD: 'an earlier one' });
    await psql('setup.sql', url, passwords);
    await migrate(ownerUrl());
  });

  it('let the application append and read as soon as the tables exist', async () => {
    await connected(applicationUrl(), async (client) => {
      expect(await appendOne(client)).toMatchObject([{ stream: 'pool-roles', version: 1 }]);
      expect(await readStream(client, 'pool-roles')).toMatchObject([{ type: 'Tried' }]);
    });
  });

  describe('after the grants', () => {
    beforeAll(() => psql('grants.sql', ownerUrl()));

    it('let the application append, and use every other table of every schema', async () => {
      await connected(applicationUrl(), async (client) => {
        await appendOne(client);
        const { rows } = await client.query<{ name: string }>(
          `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
           WHERE tableowner = 'boxoffice_owner' AND tablename NOT IN ('events', 'migrations')`,
        );
        expect(rows.length).toBeGreaterThan(0);
        for (const { name } of rows) await client.query(`DELETE FROM ${name}`);
      });
    });

    it('let the application find out whether it can write', async () => {
      await connected(applicationUrl(), async (client) => {
        const probed = await client.query<{ at: Date }>('SELECT probe_writing(), (SELECT now()) AS at');
        const { rows } = await client.query<{ at: Date }>('SELECT at FROM write_probes');
        expect(rows).toEqual([{ at: probed.rows[0]?.at }]);
      });
    });

    it('let the application audit, and keep what it found', async () => {
      await connected(applicationUrl(), async (client) => {
        expect(await auditWhole(client)).toHaveLength(rules.length);
        for (const scope of ['whole', 'changes']) {
          expect((await standingAudit(client)).audited).toMatchObject({ scope });
          await client.query(`UPDATE audit_progress SET due_at = '-infinity'`);
        }
      });
    });

    it.each([
      `UPDATE events SET type = 'Forged'`,
      `UPDATE events SET version = version WHERE false`,
      `INSERT INTO events (stream, version, event_id, type, schema_version, data, metadata)
       SELECT stream, version, event_id, 'Forged', 1, '{}', '{}' FROM events ON CONFLICT (event_id) DO UPDATE SET type = 'Forged'`,
      `MERGE INTO events e USING streams s ON s.stream = e.stream WHEN MATCHED THEN DELETE`,
      'DELETE FROM events',
      'TRUNCATE events',
      'TRUNCATE streams, events',
      'CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE sql AS $$ SELECT null $$',
      'ALTER TABLE events DISABLE TRIGGER ALL',
      'DROP TRIGGER events_are_immutable ON events',
      'SET session_replication_role = replica',
      'DROP TABLE streams',
      'CREATE TABLE own_table (id integer)',
      `DELETE FROM migrations`,
    ])('refuse the application %p', async (statement) => {
      const refused = connected(applicationUrl(), (client) => client.query(statement));
      await expect(refused).rejects.toMatchObject({ code: '42501' });
    });

    it.each([
      `UPDATE events SET type = 'Forged'`,
      'DELETE FROM events',
      'TRUNCATE events',
      'MERGE INTO events e USING streams s ON s.stream = e.stream WHEN MATCHED THEN DELETE',
    ])('refuse even their owner %p', async (statement) => {
      const stored = () => connected(ownerUrl(), (client) => readStream(client, 'pool-roles'));
      const before = await stored();
      expect(before.length).toBeGreaterThan(0);
      const refused = connected(ownerUrl(), (client) => client.query(statement));
      await expect(refused).rejects.toMatchObject({ code: 'BX003' });
      expect(await stored()).toEqual(before);
    });
  });

  it('keep Temporal out of boxoffice, and boxoffice out of Temporal', async () => {
    const crossings = [
      urlOf('boxoffice', 'temporal', passwords.TEMPORAL_DB_PASSWORD),
      urlOf('temporal', 'boxoffice_app', passwords.BOXOFFICE_APP_PASSWORD),
      urlOf('temporal_visibility', 'boxoffice_owner', passwords.BOXOFFICE_OWNER_PASSWORD),
    ];
    for (const url of crossings) {
      await expect(connected(url, async () => undefined)).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('forget a password that was changed', async () => {
    const earlier = urlOf('boxoffice', 'boxoffice_app', 'an earlier one');
    await expect(connected(earlier, async () => undefined)).rejects.toMatchObject({ code: '28P01' });
  });
});
