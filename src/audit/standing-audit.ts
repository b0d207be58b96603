import type { ClientBase } from 'pg';
import { type AuditOptions, checkRules, wholeAuditMilliseconds } from './audit';
import { changesSince, settledPosition } from './changed';
import { scopeKind } from './check-rule';
import { countPools } from './kept-counts';
import { type Audited, keepResult } from './results';
import type { Finding, Scope } from './rule';
import { type Ask, AuditTooLong, inSnapshot } from './snapshot';
import { unsettledPurchases } from './unsettled';

export const standingLimits = {
  /** From one audit to the next, over all processes. */
  everySeconds: 60,
  /** What changed is audited each time, and everything so often. */
  wholeEverySeconds: 3_600,
  /** An audit pauses at least so many times as long as it took: it never takes more than a tenth of one processor. */
  restPerWork: 9,
  wholeRestPerWork: 99,
  /** An audit of what changed is given up after so long. */
  changesMilliseconds: 60_000,
  /** Purchases without an end that the next audits look at again. */
  unsettled: 100_000,
} as const;

/** Held for as long as an audit runs: one at a time in the whole installation. */
const auditLock = 842_005;

export interface Turn {
  /** What was found; undefined where another process audits, or has just done so. */
  readonly audited?: {
    readonly scope: 'changes' | 'whole';
    readonly findings: readonly Finding[];
    readonly seconds: number;
  };
  readonly nextInMilliseconds: number;
}

interface Progress {
  position: number;
  wait: number;
  whole: boolean;
}

/**
 * Audits what has changed, or everything where that is due, and keeps the result; does nothing while another process
 * audits. The connection is this call's alone; where it throws, end it. Throws AuditTooLong.
 */
export async function standingAudit(connection: ClientBase, options: AuditOptions = {}): Promise<Turn> {
  const every = standingLimits.everySeconds * 1_000;
  const { rows } = await connection.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [auditLock]);
  if (!rows[0]?.mine) return { nextInMilliseconds: every };
  try {
    const { position, wait, whole } = await progress(connection);
    if (wait > 0) return { nextInMilliseconds: Math.min(wait, every) };
    await takeTurn(connection, whole);
    const began = performance.now();
    const audited = await (whole ? everything(connection, options) : changes(connection, position, options)).catch(
      (error: unknown) => restAfter(connection, error, began),
    );
    const seconds = (performance.now() - began) / 1_000;
    const nextInSeconds = Math.max(
      audited.behind ? 0 : standingLimits.everySeconds,
      seconds * standingLimits.restPerWork,
    );
    await keepResult(connection, audited, {
      nextInSeconds,
      wholeInSeconds: Math.max(standingLimits.wholeEverySeconds, seconds * standingLimits.wholeRestPerWork),
    });
    const { scope, findings } = audited;
    return { audited: { scope, findings, seconds }, nextInMilliseconds: Math.min(nextInSeconds * 1_000, every) };
  } finally {
    await connection.query('SELECT pg_advisory_unlock($1)', [auditLock]).catch(() => undefined);
  }
}

async function progress(connection: ClientBase): Promise<Progress> {
  await connection.query('INSERT INTO audit_progress (one) VALUES (true) ON CONFLICT DO NOTHING');
  const { rows } = await connection.query<Progress>(
    `SELECT position::float8, whole_due_at <= now() AS whole,
       CASE WHEN due_at <= now() THEN 0 ELSE ceil(extract(epoch FROM due_at - now()) * 1000) END::float8 AS wait
     FROM audit_progress`,
  );
  const [row] = rows;
  if (!row) throw new Error('the progress of the audit was neither made nor found');
  return row;
}

/** Before the work, so that an audit that fails or takes its process with it is not tried again at once. */
async function takeTurn(connection: ClientBase, whole: boolean): Promise<void> {
  await connection.query(
    `UPDATE audit_progress SET due_at = now() + make_interval(secs => $1),
       whole_due_at = CASE WHEN $2 THEN now() + make_interval(secs => $3) ELSE whole_due_at END`,
    [standingLimits.everySeconds, whole, standingLimits.wholeEverySeconds],
  );
}

/** An audit that was too long for its limit has worked as well, and rests for it. */
async function restAfter(connection: ClientBase, error: unknown, began: number): Promise<never> {
  if (error instanceof AuditTooLong) {
    const seconds = ((performance.now() - began) / 1_000) * standingLimits.restPerWork;
    await connection.query('UPDATE audit_progress SET due_at = greatest(due_at, now() + make_interval(secs => $1))', [
      seconds,
    ]);
  }
  throw error;
}

function everything(connection: ClientBase, options: AuditOptions): Promise<Audited> {
  return inSnapshot(connection, options.withinMilliseconds ?? wholeAuditMilliseconds, async (ask) => {
    const findings = await checkRules(ask, 'whole', options);
    const again = await lookAgain(ask, 'whole', findings);
    const counts = await countPools(ask, 'whole', []);
    return { scope: 'whole', listed: [], findings, again, counts, position: await settledPosition(ask), behind: false };
  });
}

function changes(connection: ClientBase, position: number, options: AuditOptions): Promise<Audited> {
  return inSnapshot(connection, options.withinMilliseconds ?? standingLimits.changesMilliseconds, async (ask) => {
    const changed = await changesSince(ask, position);
    const { streams, settled, behind } = changed;
    const findings = await checkRules(ask, changed, options);
    const again = await lookAgain(ask, changed, findings);
    const counts = await countPools(ask, 'changes', streams);
    return { scope: 'changes', listed: streams, findings, again, counts, position: settled, behind };
  });
}

/** A breach is looked at until it is none any more, and a purchase until its end. */
async function lookAgain(ask: Ask, scope: Scope, findings: readonly Finding[]): Promise<string[]> {
  const unsettled = await ask<{ stream: string }>(
    `${unsettledPurchases(scopeKind(scope))} ORDER BY stream LIMIT ${standingLimits.unsettled}`,
    [scope === 'whole' ? [] : scope.streams],
  );
  return [...new Set([...findings.flatMap(({ streams }) => streams), ...unsettled.map(({ stream }) => stream)])];
}
