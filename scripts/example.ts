import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Access, BoxOffice, examples } from '../examples';
import type { Config } from '../src/runtime/config';
import { runEntry } from '../src/runtime/until-stopped';

const usage = `say: npm run example -- ${Object.keys(examples).join(' | ')}`;
const ports = z.object({ 'The API': z.object({ chosen: z.int() }) });
const keys = z.object({ promoter: z.string(), shop: z.string() });

/** The API and the keys of the `npm start` on the data folder. */
async function accessTo({ dataDir }: Config): Promise<Access> {
  const read = async (file: string) => JSON.parse(await readFile(join(dataDir, file), 'utf8')) as unknown;
  try {
    const { chosen } = ports.parse(await read('ports.json'))['The API'];
    const url = `http://127.0.0.1:${chosen}`;
    await fetch(`${url}/health/live`);
    return { url, ...keys.parse(await read('keys.json')) };
  } catch (cause) {
    throw new Error(`where is the boxoffice? Run npm start on ${dataDir} beside this`, { cause });
  }
}

runEntry(__filename, async (config) => {
  const example = examples[process.argv[2] ?? ''];
  if (!example) throw new Error(usage);
  const say = (line: string) => process.stdout.write(`${line}\n`);
  await example({ office: new BoxOffice(await accessTo(config)), say });
});
