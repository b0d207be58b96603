import { execFile, spawnSync } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../support/eventually';
import { type Boxoffice, npm, Premises, repository } from '../support/npm-start';
import { allGone, signal } from '../support/process-tree';
import { type Pool, type Purchase, ShopClient } from '../support/shop-client';

const STOPS_WITHIN_MS = 10_000;
const TITLE = 'Make a pool, buy two tickets, pay for them:';
const LAST_LINE = 'Ctrl-C stops everything';

const curl = spawnSync('curl', ['--version']).status === 0;
const itWithCurl = curl ? it : it.skip;

const run = promisify(execFile);
const adds = ({ available, claimed, sold, capacity }: Pool) => available + claimed + sold === capacity;

describe(`npm start${curl ? '' : ' (without curl on this machine the printed calls are skipped)'}`, () => {
  const premises = new Premises();
  let dataDir = '';
  let boxoffice: Boxoffice;
  let client: ShopClient;

  /** Stops it, and sees to it that it stops well, soon, and without leaving anything behind. */
  async function stopBy(send: () => void): Promise<void> {
    const all = boxoffice.command.processes();
    expect(all.length).toBeGreaterThan(6);
    const asked = performance.now();
    send();
    expect(await boxoffice.command.ended()).toBe(0);
    expect(performance.now() - asked).toBeLessThan(STOPS_WITHIN_MS);
    await allGone(all, { within: STOPS_WITHIN_MS - (performance.now() - asked) });
    expect(boxoffice.command.output).toMatch(/Stopped\.\n$/);
  }

  beforeAll(async () => {
    dataDir = await premises.newDataDir();
    boxoffice = await premises.open(dataDir, relative(repository, dataDir));
    client = new ShopClient(boxoffice);
  });
  afterAll(() => premises.close());

  it('prints addresses that answer', async () => {
    const health = await fetch(`${boxoffice.url}/health/ready`);
    expect(await health.json()).toEqual({ status: 'ready', away: [] });
    for (const url of [`${boxoffice.url}/docs`, `${boxoffice.url}/openapi.json`, boxoffice.temporalUiUrl]) {
      expect((await fetch(url)).status).toBe(200);
    }
  });

  it('keeps the keys it prints in a file for its owner alone', async () => {
    expect((await stat(join(dataDir, 'keys.json'))).mode & 0o777).toBe(0o600);
    for (const key of Object.values(boxoffice.keys)) expect(boxoffice.command.output).toContain(key);
  });

  it('keeps its data from every other account', async () => {
    const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
    expect(await modeOf(dataDir)).toBe(0o700);
    const names = await readdir(dataDir);
    expect(names).toEqual(expect.arrayContaining(['keys.json', 'logs', 'postgres', 'temporal.db']));
    for (const name of names) {
      // The account of Postgres may pass through its folder, where that is another one than ours.
      const forOthers = (await modeOf(join(dataDir, name))) & (name === 'postgres' ? 0o066 : 0o077);
      expect([name, forOthers]).toEqual([name, 0]);
    }
    if (process.getuid?.() !== 0) return;
    const nobody = { uid: 65_534, gid: 65_534 };
    for (const name of ['temporal.db', 'logs/api.log', 'postgres/cluster/PG_VERSION']) {
      expect([name, spawnSync('cat', [join(dataDir, name)], nobody).status]).toEqual([name, 1]);
    }
  });

  itWithCurl('prints three calls that sell two tickets, pasted as they are', async () => {
    const { output } = boxoffice.command;
    const script = output.slice(output.indexOf(TITLE) + TITLE.length, output.indexOf(LAST_LINE));
    let selling = true;
    const seen: Pool[] = [];
    const watching = (async () => {
      while (selling) seen.push(...(await client.pools()));
    })();
    const { stdout, stderr } = await run('bash', ['-c', script], { cwd: tmpdir() });
    selling = false;
    await watching;
    expect(stderr).toBe('');
    const [pool, reserved, confirmed] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(pool).toMatchObject({ capacity: 100, available: 100, status: 'on-sale' } satisfies Partial<Pool>);
    expect(reserved).toMatchObject({ status: 'reserved' } satisfies Partial<Purchase>);
    expect(confirmed).toMatchObject({ id: reserved.id, status: 'confirmed', orderId: expect.stringMatching(/\S/) });
    expect(seen.every(adds)).toBe(true);
    expect(await client.pool(pool.name)).toMatchObject({ available: 98, claimed: 0, sold: 2 } satisfies Partial<Pool>);
  });

  it('refuses to run twice on the same data, and the first goes on', async () => {
    const second = premises.start(dataDir);
    expect(await second.ended()).toBeGreaterThan(0);
    expect(second.output).toContain(`boxoffice already runs on ${dataDir}`);
    expect(second.output).toContain(boxoffice.url);
    expect(boxoffice.command.isRunning).toBe(true);
    const { name } = await client.createPool({ capacity: 1 });
    expect(await client.reserve(name)).toMatchObject({ status: 'reserved' });
  });

  it('stops for SIGTERM, and keeps data, workflows and open holds for the next start', async () => {
    const long = await client.createPool({ capacity: 10, holdSeconds: 600 });
    const short = await client.createPool({ capacity: 10, holdSeconds: 12 });
    const toBePaid = await client.reserve(long.name, 2);
    const toExpire = await client.reserve(short.name, 3);
    await stopBy(() => signal(boxoffice.command, 'SIGTERM'));

    boxoffice = await premises.open(dataDir);
    client.goTo(boxoffice);
    const confirmed = await client.pay(toBePaid.id);
    expect(confirmed).toMatchObject({ status: 200, body: { status: 'confirmed' } });
    expect(await client.pool(long.name)).toMatchObject({ available: 8, claimed: 0, sold: 2 });
    await eventually(async () => (await client.purchase(toExpire.id)).status === 'expired');
    expect(await client.pool(short.name)).toMatchObject({ available: 10, claimed: 0, sold: 0 });
  });

  it('stops for Ctrl-C, which reaches npm and what npm started at once', async () => {
    const { command } = boxoffice;
    const supervisor = boxoffice.supervisor();
    await stopBy(() => {
      signal(command, 'SIGINT');
      signal(supervisor, 'SIGINT');
    });
  });

  it('says which setting is malformed, and starts nothing', async () => {
    const command = npm(['start'], { BOXOFFICE_DATA_DIR: dataDir, PORT: 'http' });
    expect(await command.ended()).toBeGreaterThan(0);
    expect(command.output).toContain('boxoffice: PORT must be a port number, 0 to 65535, not "http"');
  });
});
