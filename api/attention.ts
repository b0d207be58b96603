import type { Pool as Database } from 'pg';
import { openPurchases } from '../src/projections';

export const attentionLimits = {
  /** Of each kind, the oldest first. */
  items: 100,
  /** A hold may end so much later than it says before somebody should look. */
  pastHoldSeconds: 10,
  /** A payment takes no longer, whatever the provider does. */
  payingSeconds: 30,
} as const;

export const attentionKinds = ['past-hold', 'paying-long', 'workflow-gone', 'parked-event', 'audit-breach'] as const;
export type AttentionKind = (typeof attentionKinds)[number];

/** Something that an operator should look at. */
export interface AttentionItem {
  kind: AttentionKind;
  /** Missing where it is about no stream. */
  stream?: string;
  since: Date;
  because: string;
}

/** By kind: gives rows `(stream, since, because)`, the oldest first, of which $1 are taken; $2 as each says. */
const questions: Record<AttentionKind, { text: string; values: readonly unknown[] }> = {
  'past-hold': {
    text: `SELECT stream, expires_at AS since, 'its hold is over, and its tickets are still held' AS because
           FROM (${openPurchases}) o WHERE expires_at < now() - make_interval(secs => $2)`,
    values: [attentionLimits.pastHoldSeconds],
  },
  'paying-long': {
    text: `SELECT stream, updated_at AS since, 'its payment has begun, and nobody knows its outcome' AS because
           FROM (${openPurchases}) o WHERE status = 'paying' AND updated_at < now() - make_interval(secs => $2)`,
    values: [attentionLimits.payingSeconds],
  },
  'workflow-gone': {
    text: `SELECT stream, found_at AS since, because || CASE
             WHEN restarted_at IS NOT NULL THEN '; it was started anew at ' || to_char(restarted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
             WHEN error IS NOT NULL THEN '; it could not be started anew, after ' || tries || ' tries: ' || error
             ELSE '; it is started anew soon' END AS because
           FROM gone_workflows`,
    values: [],
  },
  'parked-event': {
    text: `SELECT stream, parked_at AS since, 'read model ' || projection || ' cannot apply the event at position ' || position || ': ' || error AS because
           FROM parked_events WHERE error IS NOT NULL`,
    values: [],
  },
  'audit-breach': {
    text: `SELECT nullif(stream, '') AS stream, found_at AS since, rule || ': ' || sentence AS because FROM audit_breaches`,
    values: [],
  },
};

/** What an operator should look at, by kind, the oldest of each first. */
export async function attention(database: Database): Promise<AttentionItem[]> {
  const items = attentionKinds.map(async (kind) => {
    const { text, values } = questions[kind];
    const { rows } = await database.query<{ stream: string | null; since: Date; because: string }>(
      `SELECT * FROM (${text}) q ORDER BY since LIMIT $1`,
      [attentionLimits.items, ...values],
    );
    return rows.map(({ stream, since, because }) => ({ kind, ...(stream !== null && { stream }), since, because }));
  });
  return (await Promise.all(items)).flat();
}
