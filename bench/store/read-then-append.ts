import { strict as assert } from 'node:assert';
import type { Pool as Database } from 'pg';
import { v7 } from 'uuid';
import { commitOptions, pools, purchases } from '../../activities';
import { type Pool, poolStream, purchaseStream, type RequestedItem, reserveTickets } from '../../src/domain';
import { inlineProjections } from '../../src/projections';
import { type NewEvent, prepareAppend, readStreams, sendAppend, WrongExpectedVersion } from '../../src/store';
import { closedLoop, type Measure, summary } from '../measure';

interface Remembered {
  version: number;
  state: Pool | undefined;
}

/**
 * The baseline: each writer reads what is new, decides, appends with the version it expects, and begins again where another was
 * first. It keeps what it has read and reads only what is new: the baseline at its best.
 */
export async function readThenAppend(
  database: Database,
  { pool, writers, seconds }: { pool: string; writers: number; seconds: number },
): Promise<Measure & { reserved: number; conflictsPerSuccess: number }> {
  const remembered = Array.from({ length: writers }, (): Remembered => ({ version: 0, state: undefined }));
  let conflicts = 0;
  let reserved = 0;
  const times = await closedLoop({
    clients: writers,
    warmUpSeconds: 1,
    seconds,
    act: async (client) => {
      const began = performance.now();
      const writer = remembered[client];
      assert(writer);
      const purchaseId = v7();
      while (!(await tryToReserve(database, pool, writer, purchaseId))) conflicts += 1;
      reserved += 1;
      return performance.now() - began;
    },
  });
  return { ...summary(times, seconds), reserved, conflictsPerSuccess: conflicts / reserved };
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
    { purchaseId, customerId: purchaseId, items },
    () => writer.state,
    new Date(),
  );
  const workflow = purchaseStream(purchaseId);
  const eventId = commitOptions.eventIds(`${workflow}/reserve`);
  const metadata = { correlation: purchaseId, causation: 'reserve', workflow };
  const stored = (event: { type: string; data: unknown }, index: number): NewEvent => ({
    id: eventId(index),
    ...event,
    schemaVersion: 1,
    metadata,
  });
  const claimed = claims.get(name) ?? [];
  const after = { pool: claimed.reduce(pools.evolve, writer.state), purchase: purchases.evolve(undefined, opening) };
  const inline = inlineProjections([
    { aggregate: pools as never, stream: poolStream(name), before: writer.state, state: after.pool, events: claimed },
    { aggregate: purchases as never, stream: workflow, before: undefined, state: after.purchase, events: [opening] },
  ]);
  const appends = [
    { stream: poolStream(name), expected: writer.version, events: claimed.map(stored) },
    { stream: workflow, expected: 'none' as const, events: [stored(opening, claimed.length)] },
  ];
  try {
    await sendAppend(database, prepareAppend(appends, inline));
    return true;
  } catch (error) {
    if (error instanceof WrongExpectedVersion) return false;
    throw error;
  }
}
