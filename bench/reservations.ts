import { strict as assert } from 'node:assert';
import type { Pool as Database } from 'pg';
import { v7 } from 'uuid';
import { commitOptions, createActivities, pools, purchases } from '../activities';
import {
  deterministicId,
  type Pool,
  poolStream,
  purchaseStream,
  type RequestedItem,
  reserveTickets,
} from '../src/domain';
import { PaymentSimulator } from '../src/payments';
import { inlineProjections, poolNamed } from '../src/projections';
import {
  connect,
  GroupCommit,
  type NewEvent,
  prepareAppend,
  readStreams,
  sendAppend,
  WrongExpectedVersion,
} from '../src/store';
import { closedLoop, type Measure, summary } from './measure';

const goal = { perSecond: 10_000, p99Milliseconds: 10 } as const;
const capacity = 1_000_000;
const groupCommitClients = 80;
const baselineWriters = 16;

export interface ReservationFigures {
  groupCommit: Measure;
  readThenAppend: Measure & { conflictsPerSuccess: number };
  ratio: number;
  goal: typeof goal;
}

interface Options {
  databaseUrl: string;
  seconds: number;
  say(line: string): void;
}

/** One hot pool: the reserve command by group commit, beside read-then-append with expected version by 16 writers. */
export async function reservations({ databaseUrl, seconds, say }: Options): Promise<ReservationFigures> {
  const database = connect(databaseUrl, () => undefined, { connections: baselineWriters });
  try {
    say(`one hot pool, group commit, ${groupCommitClients} clients…`);
    const groupCommit = await byGroupCommit(database, seconds);
    say(`the same by read-then-append, ${baselineWriters} writers…`);
    const readThenAppend = await byReadThenAppend(database, seconds);
    return { groupCommit, readThenAppend, ratio: groupCommit.perSecond / readThenAppend.perSecond, goal };
  } finally {
    await database.end();
  }
}

async function makePool(database: Database): Promise<{ name: string; reserve(): Promise<void> }> {
  const name = `bench-${v7()}`;
  const committer = new GroupCommit(database, { ...commitOptions, inline: inlineProjections });
  const activities = createActivities({
    committer,
    provider: new PaymentSimulator(database),
    tellSaleStopped: async () => undefined,
    progress: () => undefined,
    isRetry: () => false,
    now: () => new Date(),
  });
  const price = { amount: 5_000, currency: 'EUR' };
  await activities.createPool({
    name,
    title: name,
    promoter: 'bench',
    capacity,
    price,
    maxPerPurchase: 4,
    holdSeconds: 300,
  });
  return {
    name,
    reserve: async () => {
      const items = [{ pool: name, quantity: 1 }];
      const outcome = await activities.reserve({ purchaseId: v7(), customerId: 'bench', items });
      assert(outcome.reserved);
    },
  };
}

async function byGroupCommit(database: Database, seconds: number): Promise<Measure> {
  const { name, reserve } = await makePool(database);
  let reserved = 0;
  const times = await closedLoop({
    clients: groupCommitClients,
    warmUpSeconds: 3,
    seconds,
    act: async () => {
      const began = performance.now();
      await reserve();
      reserved += 1;
      return performance.now() - began;
    },
  });
  await checkClaims(database, name, reserved);
  return summary(times, seconds);
}

/** What was answered is what is stored: the counts of the view, the stream and the answers are one number. */
async function checkClaims(database: Database, name: string, reserved: number): Promise<void> {
  const view = await poolNamed(database, name);
  assert.equal(view?.claimed, reserved);
  assert.equal(view.available + view.claimed + view.sold, capacity);
  const { rows } = await database.query<{ claims: number }>(
    "SELECT count(DISTINCT data ->> 'ticketId')::integer AS claims FROM events WHERE stream = $1 AND type = 'TicketClaimed'",
    [poolStream(name)],
  );
  assert.equal(rows[0]?.claims, reserved);
}

interface Remembered {
  version: number;
  state: Pool | undefined;
}

async function byReadThenAppend(database: Database, seconds: number): Promise<ReservationFigures['readThenAppend']> {
  const { name } = await makePool(database);
  // Each writer keeps what it has read and reads only what is new: the baseline at its best.
  const writers = Array.from({ length: baselineWriters }, (): Remembered => ({ version: 0, state: undefined }));
  let conflicts = 0;
  let reserved = 0;
  const times = await closedLoop({
    clients: baselineWriters,
    warmUpSeconds: 1,
    seconds,
    act: async (client) => {
      const began = performance.now();
      const writer = writers[client];
      assert(writer);
      const purchaseId = v7();
      while (!(await tryToReserve(database, name, writer, purchaseId))) conflicts += 1;
      reserved += 1;
      return performance.now() - began;
    },
  });
  const { rows } = await database.query<{ claims: number }>(
    "SELECT count(*)::integer AS claims FROM events WHERE stream = $1 AND type = 'TicketClaimed'",
    [poolStream(name)],
  );
  assert.equal(rows[0]?.claims, reserved);
  return { ...summary(times, seconds), conflictsPerSuccess: conflicts / reserved };
}

async function tryToReserve(
  database: Database,
  name: string,
  writer: Remembered,
  purchaseId: string,
): Promise<boolean> {
  for (const stored of await readStreams(database, [{ stream: poolStream(name), after: writer.version }])) {
    writer.state = pools.evolve(writer.state, pools.codec.decode(stored));
    writer.version = stored.version;
  }
  const items: RequestedItem[] = [{ pool: name, quantity: 1 }];
  const { claims, opening } = reserveTickets(
    { purchaseId, customerId: 'bench', items },
    () => writer.state,
    new Date(),
  );
  const stored = (event: { type: string; data: unknown }, index: number): NewEvent => ({
    id: deterministicId(purchaseId, index),
    ...event,
    schemaVersion: 1,
    metadata: { correlation: purchaseId, causation: purchaseId, workflow: purchaseStream(purchaseId) },
  });
  const claimed = claims.get(name) ?? [];
  const after = { pool: claimed.reduce(pools.evolve, writer.state), purchase: purchases.evolve(undefined, opening) };
  const inline = inlineProjections([
    { aggregate: pools as never, stream: poolStream(name), state: after.pool, events: claimed },
    { aggregate: purchases as never, stream: purchaseStream(purchaseId), state: after.purchase, events: [opening] },
  ]);
  const appends = [
    { stream: poolStream(name), expected: writer.version, events: claimed.map(stored) },
    { stream: purchaseStream(purchaseId), expected: 'none' as const, events: [stored(opening, claimed.length)] },
  ];
  try {
    await sendAppend(database, prepareAppend(appends, inline));
    return true;
  } catch (error) {
    if (error instanceof WrongExpectedVersion) return false;
    throw error;
  }
}
