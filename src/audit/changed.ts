import { reservedTickets } from './facts';
import { type Changes, parameter } from './rule';
import type { Ask } from './snapshot';

export const changesLimits = {
  /** Events that one audit of the changes goes on by; the next one takes up the rest. */
  events: 50_000,
  /** Streams without news that it looks at again, those first that were not looked at for longest. */
  again: 50_000,
  /** Tickets are followed back for so long, and through so many events; older ones wait for the audit of everything. */
  ticketSeconds: 900,
  ticketEvents: 200_000,
  /**
   * A transaction may commit after one with a later position, and none lives longer than a connection waits for its
   * answer: so long after an event was recorded, every position before its own is settled.
   */
  settledSeconds: 90,
} as const;

export interface Changed extends Changes {
  /** The next one goes on after this position. */
  readonly settled: number;
  /** More has changed than one audit takes. */
  readonly behind: boolean;
}

/** The streams with events after the position, those to look at again, and what belongs to them. */
export async function changesSince(ask: Ask, position: number): Promise<Changed> {
  const [stretch] = await ask<{ upto: number; last: number }>(
    `SELECT
       coalesce((SELECT max(position) FROM (SELECT position FROM events WHERE position > $1 ORDER BY position LIMIT $2) e), $1)::float8 AS upto,
       coalesce((SELECT max(position) FROM events), 0)::float8 AS last`,
    [position, changesLimits.events],
  );
  const { upto, last } = stretch ?? { upto: position, last: position };
  const rows = await ask<{ stream: string }>(
    `SELECT stream FROM events WHERE position > $1 AND position <= $2
     UNION SELECT 'purchase-' || (data ->> 'purchaseId') FROM events
       WHERE position > $1 AND position <= $2 AND stream LIKE 'pool-%' AND data ? 'purchaseId'
     UNION SELECT stream FROM (SELECT stream FROM audit_again ORDER BY audited_at LIMIT $3) a`,
    [position, upto, changesLimits.again],
  );
  const streams = rows.map(({ stream }) => stream);
  const pools = await ask<{ pool: string }>(
    `WITH asked AS (SELECT ${parameter.streams}) SELECT DISTINCT pool FROM (${reservedTickets('changes')}) r`,
    [streams],
  );
  const settled = await positionBefore(ask, changesLimits.settledSeconds, 0);
  return {
    streams: [...new Set([...streams, ...pools.map(({ pool }) => pool)])],
    ...(await ticketWindow(ask, last)),
    settled: Math.max(position, Math.min(upto, settled)),
    behind: upto < last,
  };
}

/** No event with a position up to this one can still come to light. */
export const settledPosition = (ask: Ask): Promise<number> => positionBefore(ask, changesLimits.settledSeconds, 0);

async function ticketWindow(ask: Ask, last: number): Promise<Pick<Changes, 'ticketsAfter' | 'reservedSince'>> {
  const { ticketSeconds, ticketEvents, settledSeconds } = changesLimits;
  const ticketsAfter = await positionBefore(ask, ticketSeconds + settledSeconds, Math.max(0, last - ticketEvents));
  const [edge] = await ask<{ since: Date }>(
    `SELECT recorded_at + make_interval(secs => $2) AS since FROM events WHERE position <= $1 ORDER BY position DESC LIMIT 1`,
    [ticketsAfter, settledSeconds],
  );
  return { ticketsAfter, reservedSince: edge?.since };
}

/** The last position of what was recorded so many seconds ago or longer, but none below `least`. */
async function positionBefore(ask: Ask, seconds: number, least: number): Promise<number> {
  const [row] = await ask<{ position: number }>(
    `SELECT position::float8 FROM events
     WHERE position > $2 AND recorded_at < now() - make_interval(secs => $1) ORDER BY position DESC LIMIT 1`,
    [seconds, least],
  );
  return row?.position ?? least;
}
