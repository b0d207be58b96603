import { reservedTickets } from './facts';
import { parameter } from './rule';
import type { Ask } from './snapshot';

export const recentLimits = {
  /** Events that one audit of what changed goes on by; the next one takes up the rest. */
  events: 50_000,
  /** Streams without news that it looks at again, those first that were not looked at for longest. */
  again: 50_000,
  /**
   * What was appended within this time is looked at once more: a transaction may commit after one with a later position,
   * and none lives longer than a connection waits for its answer.
   */
  overlapSeconds: 90,
} as const;

/** What an audit of the changes looks at. */
export interface Changed {
  readonly streams: readonly string[];
  /** The next one goes on after this position. */
  readonly settled: number;
  /** More has changed than one audit takes. */
  readonly behind: boolean;
}

/** The streams with events after the position, those to look at again, and the pools of all these purchases. */
export async function changedSince(ask: Ask, position: number): Promise<Changed> {
  const [stretch] = await ask<{ upto: number; last: number }>(
    `SELECT
       coalesce((SELECT max(position) FROM (SELECT position FROM events WHERE position > $1 ORDER BY position LIMIT $2) e), $1)::float8 AS upto,
       coalesce((SELECT max(position) FROM events), 0)::float8 AS last`,
    [position, recentLimits.events],
  );
  const { upto, last } = stretch ?? { upto: position, last: position };
  const rows = await ask<{ stream: string }>(
    `SELECT stream FROM events WHERE position > $1 AND position <= $2
     UNION SELECT stream FROM (SELECT stream FROM audit_again ORDER BY audited_at LIMIT $3) a`,
    [position, upto, recentLimits.again],
  );
  const streams = rows.map(({ stream }) => stream);
  const pools = await ask<{ pool: string }>(
    `WITH asked AS (SELECT ${parameter.streams}) SELECT DISTINCT pool FROM (${reservedTickets('listed')}) r`,
    [streams],
  );
  return {
    streams: [...new Set([...streams, ...pools.map(({ pool }) => pool)])],
    settled: Math.max(position, Math.min(upto, await settledPosition(ask))),
    behind: upto < last,
  };
}

/** No event with a position up to this one can still come to light. */
export async function settledPosition(ask: Ask): Promise<number> {
  const [row] = await ask<{ position: number }>(
    `SELECT position::float8 FROM events WHERE recorded_at < now() - make_interval(secs => $1) ORDER BY position DESC LIMIT 1`,
    [recentLimits.overlapSeconds],
  );
  return row?.position ?? 0;
}
