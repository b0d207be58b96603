import { createEmptyDatabase, type TestDatabase } from '../support/database';
import { describeWith } from '../support/describe-with';
import { eventually } from '../support/eventually';
import { type Keys, type NpmCommand, npm } from '../support/npm-start';
import { allGone, killTree, signal } from '../support/process-tree';
import { ShopClient } from '../support/shop-client';
import { createNamespace, temporalAddress } from '../support/temporal';

const STOPS_WITHIN_MS = 10_000;

const keys = { shop: 'a', promoter: 'b', gate: 'c', operator: 'd' } satisfies Keys;
const keysSetting = Object.entries(keys)
  .map(([role, key]) => `${role}:someone:${key}`)
  .join(',');

describeWith('temporal', 'npm run migrate, worker and api, on servers from outside', () => {
  const commands: NpmCommand[] = [];
  let database: TestDatabase;
  let settings: Readonly<Record<string, string>>;

  function run(script: string, env: Readonly<Record<string, string>>): NpmCommand {
    const command = npm(['run', script], env);
    commands.push(command);
    return command;
  }

  beforeAll(async () => {
    database = await createEmptyDatabase();
    settings = {
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: temporalAddress(),
      TEMPORAL_NAMESPACE: await createNamespace(),
      BOXOFFICE_KEYS: keysSetting,
      PORT: '0',
    };
  });
  afterAll(async () => {
    for (const command of commands) {
      if (command.isRunning) killTree(command.pid);
      await command.ended();
    }
    await database.drop();
  });

  it('sell a ticket, and end on SIGTERM', async () => {
    for (const words of ['migrated: 001_event-store', 'the schema is up to date']) {
      const migrate = run('migrate', settings);
      expect(await migrate.ended()).toBe(0);
      expect(migrate.output).toContain(words);
    }
    const worker = run('worker', settings);
    const api = run('api', settings);
    const port = await eventually(() => /"port":(\d+)/.exec(api.output)?.[1] ?? false);
    const url = `http://127.0.0.1:${port}`;
    await eventually(async () => (await fetch(`${url}/health/ready`)).ok);

    const client = new ShopClient({ url, keys });
    const { name } = await client.createPool({ capacity: 3 });
    const { id } = await client.reserve(name, 2);
    expect(await client.pay(id)).toMatchObject({ status: 200, body: { status: 'confirmed' } });
    expect(await client.pool(name)).toMatchObject({ available: 1, claimed: 0, sold: 2 });

    for (const command of [api, worker]) {
      const all = command.processes();
      signal(command, 'SIGTERM');
      expect(await command.ended()).toBe(0);
      await allGone(all, { within: STOPS_WITHIN_MS });
    }
  });

  it.each([
    ['migrate', { DATABASE_URL: 'mysql://localhost' }, 'DATABASE_URL must be a URL like'],
    ['migrate', { DATABASE_URL: '' }, 'DATABASE_URL must be set'],
    ['worker', { TEMPORAL_ADDRESS: 'http://localhost:7233' }, 'TEMPORAL_ADDRESS must be host:port, without a scheme'],
    ['worker', { WORKER_METRICS_PORT: 'yes' }, 'WORKER_METRICS_PORT must be a port number'],
    ['api', { PORT: '70000' }, 'PORT must be a port number, 0 to 65535, not "70000"'],
    ['api', { BOXOFFICE_KEYS: 'shop:secret' }, 'BOXOFFICE_KEYS must be a comma list of role:subject:key'],
  ])('stop where a setting is malformed: %s with %j', async (script, malformed, words) => {
    const command = run(script, { ...settings, ...malformed });
    expect(await command.ended()).toBeGreaterThan(0);
    const said = command.output.split('\n').filter((line) => line.startsWith('boxoffice:'));
    expect(said).toEqual([expect.stringContaining(words)]);
    expect(command.output).not.toContain('    at ');
  });
});
