import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { cacheFolder } from './config';
import { type FolderLock, tryLock } from './folder-lock';

/** How many ports above the wanted one are tried. */
const PORTS_TRIED = 200;
const HIGHEST_PORT = 65_535;

/** Both the loopback address and every address are tried: a program may listen on either alone. */
const HOSTS_TRIED = ['127.0.0.1', undefined];

const rememberedPorts = z.record(z.string(), z.object({ wanted: z.number(), chosen: z.number() }));

function canListen(port: number, host: string | undefined): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, ...(host === undefined ? {} : { host }), exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : undefined));
    });
  });
}

export async function isFree(port: number): Promise<boolean> {
  for (const host of HOSTS_TRIED) {
    if ((await canListen(port, host)) === undefined) return false;
  }
  return true;
}

/** Any port that is free right now. */
export async function anyFreePort(): Promise<number> {
  const port = await canListen(0, '127.0.0.1');
  if (port === undefined) throw new Error('No port is free on this machine');
  return port;
}

/**
 * Chooses ports for one data folder: the wanted one, else the next free one above it, which is said aloud. What was
 * chosen is remembered in a file and taken again by the next start that wants the same, where it is free. It is also
 * reserved against other starts of this user until it is released or this process is gone: a port is not listened on
 * between the choice and the program's start, nor while the program is restarted, and a program that finds another's
 * Temporal on its port would work for it.
 */
export class Ports {
  private readonly reserved = new Map<number, FolderLock>();
  /** Choices are made one after another: two at once could take the same port. */
  private lastChoice: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly file: string,
    private readonly remembered: z.output<typeof rememberedPorts>,
    private readonly say: (line: string) => void,
  ) {}

  static async rememberedIn(file: string, say: (line: string) => void): Promise<Ports> {
    const text = await readFile(file, 'utf8').catch(() => '{}');
    const remembered = rememberedPorts.safeParse(parseJson(text));
    return new Ports(file, remembered.success ? remembered.data : {}, say);
  }

  /**
   * @param name what the port is for, in words to be read by people
   * @param wanted 0 for any
   */
  choose(name: string, wanted: number): Promise<number> {
    const choice = this.lastChoice.then(() => this.chooseNow(name, wanted));
    this.lastChoice = choice.catch(() => undefined);
    return choice;
  }

  release(): void {
    for (const lock of this.reserved.values()) lock.release();
    this.reserved.clear();
  }

  private async chooseNow(name: string, wanted: number): Promise<number> {
    const last = this.remembered[name];
    const chosen = await this.firstFree(wanted, last?.wanted === wanted ? last.chosen : undefined);
    if (wanted !== 0 && chosen !== wanted) {
      const why = chosen === last?.chosen ? 'as last time' : `because ${wanted} is taken`;
      this.say(`${name} uses port ${chosen}, ${why}`);
    }
    this.remembered[name] = { wanted, chosen };
    await mkdir(dirname(this.file), { recursive: true });
    await writeFile(`${this.file}.new`, `${JSON.stringify(this.remembered, null, 2)}\n`);
    await rename(`${this.file}.new`, this.file);
    return chosen;
  }

  private async firstFree(wanted: number, last: number | undefined): Promise<number> {
    if (last !== undefined && (await this.isAvailable(last))) return last;
    if (wanted === 0) return await this.anyPort();
    for (let port = wanted; port <= Math.min(wanted + PORTS_TRIED, HIGHEST_PORT); port += 1) {
      if (await this.isAvailable(port)) return port;
    }
    throw new Error(`Neither port ${wanted} nor any of the ${PORTS_TRIED} above it is free`);
  }

  private async anyPort(): Promise<number> {
    for (let tried = 0; tried < PORTS_TRIED; tried += 1) {
      const port = await anyFreePort();
      if (await this.isAvailable(port)) return port;
    }
    throw new Error('No port is free on this machine');
  }

  private async isAvailable(port: number): Promise<boolean> {
    if (this.reserved.has(port) || !(await isFree(port))) return false;
    const attempt = tryLock(join(cacheFolder(), 'ports', String(port)));
    if (attempt.held) this.reserved.set(port, attempt.lock);
    return attempt.held;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
