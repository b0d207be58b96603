import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anyFreePort, isFree, Ports } from '../../src/runtime/ports';

describe('choosing ports', () => {
  let folder = '';
  const servers: Server[] = [];
  const said: string[] = [];
  const say = (line: string) => said.push(line);
  const opened: Ports[] = [];

  async function remembered(): Promise<Ports> {
    const ports = await Ports.rememberedIn(join(folder, 'ports.json'), say);
    opened.push(ports);
    return ports;
  }

  const releaseAll = () => {
    for (const ports of opened.splice(0)) ports.release();
  };

  async function take(port: number, host: string): Promise<Server> {
    const server = createServer().listen({ port, host });
    servers.push(server);
    await once(server, 'listening');
    return server;
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'boxoffice-ports-'));
    said.length = 0;
  });
  afterEach(async () => {
    releaseAll();
    for (const server of servers.splice(0)) server.close();
    await rm(folder, { recursive: true });
  });

  it('takes the wanted one without a word where it is free', async () => {
    const wanted = await anyFreePort();
    expect(await (await remembered()).choose('The API', wanted)).toBe(wanted);
    expect(said).toEqual([]);
  });

  it.each(['127.0.0.1', '0.0.0.0'])('takes a later one, and says so, where somebody listens on %s', async (host) => {
    const wanted = await anyFreePort();
    await take(wanted, host);
    const chosen = await (await remembered()).choose('The API', wanted);
    expect(chosen).toBeGreaterThan(wanted);
    expect(await isFree(chosen)).toBe(true);
    expect(said).toEqual([`The API uses port ${chosen}, because ${wanted} is taken`]);
  });

  it('gives two who want the same at once different ones', async () => {
    const wanted = await anyFreePort();
    const ports = await remembered();
    const [first, second] = await Promise.all([ports.choose('The API', wanted), ports.choose('Temporal', wanted)]);
    expect(first).not.toBe(second);
  });

  it('keeps it from other starts, although nobody listens on it yet', async () => {
    const wanted = await anyFreePort();
    expect(await (await remembered()).choose('Temporal', wanted)).toBe(wanted);
    expect(await (await remembered()).choose('Temporal', wanted)).toBeGreaterThan(wanted);
    releaseAll();
    expect(await (await remembered()).choose('Postgres', wanted)).toBe(wanted);
  });

  it('stays with what it took the last time, though the wanted one is free again', async () => {
    const wanted = await anyFreePort();
    const server = await take(wanted, '127.0.0.1');
    const chosen = await (await remembered()).choose('The API', wanted);
    server.close();
    await once(server, 'close');
    releaseAll();
    expect(await (await remembered()).choose('The API', wanted)).toBe(chosen);
    expect(said.at(-1)).toBe(`The API uses port ${chosen}, as last time`);
  });

  it('forgets the last time where another port is wanted', async () => {
    await (await remembered()).choose('The API', await anyFreePort());
    const wanted = await anyFreePort();
    expect(await (await remembered()).choose('The API', wanted)).toBe(wanted);
  });
});
