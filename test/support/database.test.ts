import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from './database';

describe('test databases', () => {
  const databases: TestDatabase[] = [];
  afterEach(async () => {
    await Promise.all(databases.splice(0).map((database) => database.drop()));
  });

  const withClient = async <T>(url: string, work: (client: Client) => Promise<T>): Promise<T> => {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };

  const tables = (url: string) =>
    withClient(url, async (client) => {
      const { rows } = await client.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`);
      return rows.map(({ tablename }) => tablename);
    });

  it('are migrated, and each sees only its own changes', async () => {
    databases.push(...(await Promise.all([createTestDatabase(), createTestDatabase(), createTestDatabase()])));
    const [first, ...others] = databases.map((database) => database.url);
    expect(new Set(databases.map((database) => database.url)).size).toBe(3);
    await withClient(first ?? '', (client) => client.query('CREATE TABLE only_here (id int)'));
    expect(await tables(first ?? '')).toEqual(expect.arrayContaining(['events', 'only_here', 'streams']));
    for (const url of others) {
      expect(await tables(url)).toContain('events');
      expect(await tables(url)).not.toContain('only_here');
    }
  });

  it('are gone once dropped, whoever is connected to them', async () => {
    const { url, drop } = await createTestDatabase();
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    await drop();
    await expect(client.query('SELECT 1')).rejects.toThrow();
    await expect(withClient(url, (other) => other.query('SELECT 1'))).rejects.toThrow(/does not exist/);
    await client.end().catch(() => undefined);
  });
});
