import type { ClientBase, Pool } from 'pg';
import { keepBreaches } from './kept-breaches';
import { keepCounts, type PoolCounts } from './kept-counts';
import type { Finding } from './rule';

/** What an audit found, and where the next one goes on. */
export interface Audited {
  readonly scope: 'changes' | 'whole';
  /** The streams looked at; none where it was everything. */
  readonly listed: readonly string[];
  readonly findings: readonly Finding[];
  /** Streams to look at again next time. */
  readonly again: readonly string[];
  /** What the pools come to. */
  readonly counts: readonly PoolCounts[];
  /** All up to it is audited. */
  readonly position: number;
  readonly behind: boolean;
}

/** All of it, or nothing. */
export async function keepResult(
  connection: ClientBase,
  { scope, listed, findings, again, counts, position }: Audited,
  { nextInSeconds, wholeInSeconds }: { nextInSeconds: number; wholeInSeconds: number },
): Promise<void> {
  const whole = scope === 'whole';
  await connection.query('BEGIN');
  try {
    // What changed is not looked at by every rule: what the others said of everything holds until the next time.
    if (whole) await connection.query('DELETE FROM audits WHERE rule <> ALL($1)', [findings.map(({ id }) => id)]);
    await connection.query(
      `INSERT INTO audits AS a (rule, breaches, counted, scope, at)
       SELECT rule, breaches, counted, $4, now() FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS f (rule, breaches, counted)
       ON CONFLICT (rule) DO UPDATE SET
         breaches = CASE WHEN a.rule = ANY($5::text[]) THEN greatest(a.breaches, excluded.breaches) ELSE excluded.breaches END, counted = excluded.counted, scope = excluded.scope, at = excluded.at`,
      [
        findings.map(({ id }) => id),
        findings.map(({ breaches }) => breaches),
        findings.map(lookedAt),
        scope,
        whole ? [] : findings.filter(({ foundOnce }) => foundOnce).map(({ id }) => id),
      ],
    );
    await keepBreaches(connection, findings, scope);
    await connection.query(
      'DELETE FROM audit_again WHERE ($1 OR stream = ANY($2::text[])) AND stream <> ALL($3::text[])',
      [whole, listed, again],
    );
    await connection.query(
      `INSERT INTO audit_again (stream, audited_at) SELECT stream, now() FROM unnest($1::text[]) AS a (stream)
       ON CONFLICT (stream) DO UPDATE SET audited_at = excluded.audited_at`,
      [again],
    );
    // What is broken is counted from before the breach next time, and so found again.
    const broken = new Set(findings.flatMap(({ streams }) => streams));
    if (whole) await connection.query('DELETE FROM audited_pools');
    await keepCounts(
      connection,
      counts.filter(({ stream }) => !broken.has(stream)),
    );
    await connection.query(
      `UPDATE audit_progress SET position = greatest(position, $1), due_at = now() + make_interval(secs => $2), succeeded_at = now(),
         whole_due_at = CASE WHEN $3 THEN now() + make_interval(secs => $4) ELSE whole_due_at END,
         whole_succeeded_at = CASE WHEN $3 THEN now() ELSE whole_succeeded_at END`,
      [position, nextInSeconds, whole, wholeInSeconds],
    );
    await connection.query('COMMIT');
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

const lookedAt = ({ counted }: Finding): number => Object.values(counted)[0] ?? 0;

/** The last result of the standing audit. */
export interface LastAudit {
  readonly rules: readonly { readonly rule: string; readonly breaches: number; readonly counted: number }[];
  readonly succeededAt?: Date;
  readonly wholeSucceededAt?: Date;
}

export async function lastAudit(database: Pool): Promise<LastAudit> {
  const { rows: rules } = await database.query<LastAudit['rules'][number]>(
    'SELECT rule, breaches::float8, counted::float8 FROM audits ORDER BY rule',
  );
  const { rows } = await database.query<{ succeeded_at: Date | null; whole_succeeded_at: Date | null }>(
    'SELECT succeeded_at, whole_succeeded_at FROM audit_progress',
  );
  const { succeeded_at: succeededAt, whole_succeeded_at: wholeSucceededAt } = rows[0] ?? {};
  return { rules, ...(succeededAt ? { succeededAt } : {}), ...(wholeSucceededAt ? { wholeSucceededAt } : {}) };
}
