import type { Client } from '@temporalio/client';
import type { Pool as Database } from 'pg';
import { poolStream, purchaseStream, showStream, workflowTypes } from '../../domain';
import { openPurchases } from '../../projections';
import type { LookedAt, WatchTurn } from './progress';

export const suspectLimits = {
  /** Workflows that closed otherwise than by their end, listed in one turn. */
  closed: 10_000,
  /** Temporal's list is behind by less than this: what closed so long before the last turn is listed again. */
  listBehindMilliseconds: 60_000,
  /** The first turn of all looks back so far. */
  firstLookMilliseconds: 86_400_000,
  /** Streams of each kind that are looked at in turn, whatever Temporal lists, and how often. */
  inTurn: 30,
  inTurnMilliseconds: 10_000,
  /** Purchases beyond their hold that are looked at in one turn, and how often. */
  overdue: 200,
  overdueMilliseconds: 20_000,
  overdueSeconds: 10,
} as const;

const endings = ['Terminated', 'Failed', 'TimedOut', 'Canceled'].map((status) => `'${status}'`).join(', ');
const types = Object.values(workflowTypes)
  .map((type) => `'${type}'`)
  .join(', ');

/** Streams by the workflows that Temporal lists as ended before their time since the last turn; and the time of the next look. */
export async function closedLately(
  client: Client,
  { closedAfter }: WatchTurn,
  now: Date,
): Promise<{ streams: string[]; closedAfter: Date }> {
  const first = now.getTime() - suspectLimits.firstLookMilliseconds;
  const since = Math.max(closedAfter.getTime() - suspectLimits.listBehindMilliseconds, first);
  const query = `CloseTime >= '${new Date(since).toISOString()}' AND ExecutionStatus IN (${endings}) AND WorkflowType IN (${types})`;
  const streams = new Set<string>();
  for await (const { workflowId } of client.workflow.list({ query })) {
    streams.add(workflowId);
    if (streams.size >= suspectLimits.closed) break;
  }
  return { streams: [...streams], closedAfter: now };
}

/** What begins with the prefix, after the last one; from the start again once there are no more. */
async function nextOf(database: Database, text: string, after: string): Promise<{ names: string[]; last: string }> {
  const { rows } = await database.query<{ name: string }>(text, [after, suspectLimits.inTurn]);
  const names = rows.map(({ name }) => name);
  return { names, last: names.length < suspectLimits.inTurn ? '' : (names.at(-1) ?? '') };
}

/** A few of all that should run, each in its turn: what Temporal has lost altogether it does not list. */
export async function inTurn(
  database: Database,
  looked: LookedAt,
  now: Date,
): Promise<{ streams: string[]; lookedAt: LookedAt }> {
  if (now.getTime() - looked.inTurnAt < suspectLimits.inTurnMilliseconds) return { streams: [], lookedAt: looked };
  const [purchases, pools, shows] = await Promise.all([
    nextOf(
      database,
      `SELECT stream AS name FROM audit_again WHERE stream > greatest($1, '${purchaseStream('')}') AND starts_with(stream, '${purchaseStream('')}')
       ORDER BY stream LIMIT $2`,
      looked.purchases,
    ),
    nextOf(
      database,
      `SELECT pool AS name FROM availability WHERE pool > $1 AND (status <> 'cancelled' OR claimed > 0) ORDER BY pool LIMIT $2`,
      looked.pools,
    ),
    nextOf(
      database,
      `SELECT name FROM shows WHERE name > $1 COLLATE "C" AND status NOT IN ('completed', 'cancelled') ORDER BY name LIMIT $2`,
      looked.shows,
    ),
  ]);
  return {
    streams: [...purchases.names, ...pools.names.map(poolStream), ...shows.names.map(showStream)],
    lookedAt: {
      ...looked,
      inTurnAt: now.getTime(),
      purchases: purchases.last,
      pools: pools.last,
      shows: shows.last,
    },
  };
}

/** Purchases that the last audit saw open, and whose hold is over. */
export async function overdue(
  database: Database,
  looked: LookedAt,
  now: Date,
): Promise<{ streams: string[]; lookedAt: LookedAt }> {
  if (now.getTime() - looked.overdueAt < suspectLimits.overdueMilliseconds) return { streams: [], lookedAt: looked };
  const { rows } = await database.query<{ stream: string }>(
    `SELECT stream FROM (${openPurchases}) o WHERE expires_at < now() - make_interval(secs => $1) LIMIT $2`,
    [suspectLimits.overdueSeconds, suspectLimits.overdue],
  );
  return { streams: rows.map(({ stream }) => stream), lookedAt: { ...looked, overdueAt: now.getTime() } };
}
