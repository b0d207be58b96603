import type { Pool as Database } from 'pg';
import {
  inlineVerifications,
  listProjections,
  type Projection,
  parkedEvents,
  projections,
  rebuild,
  retryParked,
  type Verified,
  verify,
} from '../projections';
import { connect, HighWaterMark } from '../store';
import type { Config } from './config';
import { databaseUrlOf } from './database-url';
import { progressBar } from './progress-bar';
import { runEntry } from './until-stopped';

const usage = 'say: npm run projections -- list | rebuild NAME | verify [NAME] | retry NAME';
const shownParked = 5;

const say = (line: string) => process.stdout.write(`${line}\n`);
const count = (value: number) => value.toLocaleString('en');

function named(name: string | undefined): Projection {
  const found = projections.find((each) => each.name === name);
  if (found) return found;
  const known = projections.map((each) => each.name).join(', ');
  throw new Error(`no projection ${name ?? 'without a name'}; there are ${known}. ${usage}`);
}

async function list(database: Database): Promise<void> {
  const rows = await listProjections(database, projections);
  const widest = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, position, behind, parked, updatedAt } of rows) {
    const state =
      position === undefined ? 'written with every append' : `at ${count(position)}, ${count(behind)} behind`;
    say(
      `${name.padEnd(widest)}  ${state}${parked > 0 ? `, ${count(parked)} events parked` : ''}${updatedAt ? `, ${updatedAt.toISOString()}` : ''}`,
    );
    if (parked === 0) continue;
    for (const event of await parkedEvents(database, name, shownParked)) {
      say(`  parked: ${event.stream} at ${count(event.position)}: ${event.error ?? 'waits behind the one before it'}`);
    }
    say(`  once the cause is mended: npm run projections -- retry ${name}`);
  }
}

async function rebuildOne(database: Database, projection: Projection): Promise<void> {
  const mark = new HighWaterMark(database, { onCommit: () => () => undefined }, (error) => say(error.message));
  mark.start();
  const bar = progressBar(`rebuilding ${projection.name}`);
  try {
    const { position, parked, milliseconds } = await rebuild(database, mark, projection, (progress) =>
      bar.show(progress.position, progress.upTo),
    );
    bar.end();
    const seconds = milliseconds / 1000;
    say(
      `${projection.name} is rebuilt up to ${count(position)} in ${seconds.toFixed(1)} s (${count(Math.round(position / seconds))} events/s)${parked > 0 ? `; ${count(parked)} events are parked` : ''}`,
    );
  } finally {
    bar.end();
    await mark.stop();
  }
}

function report({ name, rows, differing, shown }: Verified): boolean {
  if (differing === 0) say(`ok      ${name}: ${count(rows)} rows are as a rebuild makes them`);
  else say(`DIFFERS ${name}: ${count(differing)} rows of ${count(rows)} are not as a rebuild makes them`);
  for (const row of shown) say(`  ${row}`);
  return differing === 0;
}

async function verifyAll(database: Database, only: string | undefined): Promise<void> {
  let same = true;
  for (const [name, verifyInline] of inlineVerifications) {
    if (only === undefined || only === name) same = report(await verifyInline(database)) && same;
  }
  const isInline = only !== undefined && inlineVerifications.has(only);
  for (const projection of only === undefined ? projections : isInline ? [] : [named(only)]) {
    const bar = progressBar(`verifying ${projection.name}`);
    const verified = await verify(database, projection, ({ position, upTo }) => bar.show(position, upTo)).finally(() =>
      bar.end(),
    );
    same = report(verified) && same;
  }
  if (!same) throw new Error('a projection is not what its events make: npm run projections -- rebuild NAME');
}

async function retry(database: Database, projection: Projection): Promise<void> {
  const { applied, left } = await retryParked(database, projection);
  say(`${projection.name}: ${count(applied)} events applied, ${count(left)} stay parked`);
  if (left > 0) throw new Error('events stay parked: npm run projections -- list says why');
}

async function main(config: Config): Promise<void> {
  const [command, name, ...rest] = process.argv.slice(2);
  if (rest.length > 0) throw new Error(usage);
  const database = connect(await databaseUrlOf(config), () => undefined);
  try {
    if (command === 'list' && name === undefined) await list(database);
    else if (command === 'rebuild') await rebuildOne(database, named(name));
    else if (command === 'verify') await verifyAll(database, name);
    else if (command === 'retry') await retry(database, named(name));
    else throw new Error(usage);
  } finally {
    await database.end();
  }
}

runEntry(__filename, main);
