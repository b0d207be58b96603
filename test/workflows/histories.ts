import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporal } from '@temporalio/proto';

const { History } = temporal.api.history.v1;

const folder = join(__dirname, '../histories');

/** The name of worker and client in recorded histories, in the place of a process on somebody's machine. */
export const recorder = 'recorder';

/** `<path>@<release>`: kept from a release whose workflows may still run. */
export const isOfRelease = (name: string) => name.includes('@');

export function recordedNames(): string[] {
  return readdirSync(folder)
    .map((file) => file.replace(/\.json$/, ''))
    .sort();
}

export const historyText = (name: string) => readFileSync(join(folder, `${name}.json`), 'utf8');

export const readHistory = (name: string) => History.fromObject(JSON.parse(historyText(name)));

/** The id under which the workflow of a history ran. */
export function workflowIdIn({ events }: temporal.api.history.v1.IHistory): string {
  const id = events?.[0]?.workflowExecutionStartedEventAttributes?.workflowId;
  if (!id) throw new Error('the history does not say whose it is');
  return id;
}

/** Written by the fields of the protocol buffer: 64-bit numbers and names of enums as text, bytes in base 64. */
export function writeHistory(name: string, history: temporal.api.history.v1.IHistory): void {
  const plain = History.toObject(History.fromObject(history), { longs: String, enums: String, bytes: String });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(plain, impersonal)}\n`);
}

/** Neither who ran it where, nor where the code lay: a replay does not look at them. */
function impersonal(key: string, value: unknown): unknown {
  if (key === 'stackTrace') return undefined;
  return key === 'identity' ? recorder : value;
}
