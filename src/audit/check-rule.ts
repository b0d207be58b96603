import { type Allowances, type Finding, parameter, type Rule, type Scope, type ScopeKind } from './rule';
import type { Ask } from './snapshot';

/** Breaches of one rule that are told one by one; past it they are only counted. */
export const toldBreaches = 1_000;

interface Row {
  counted: Record<string, number>;
  breaches: number;
  told: { stream: string; sentence: string }[] | null;
}

export const scopeKind = (scope: Scope): ScopeKind => (scope === 'whole' ? 'whole' : 'changes');

function parametersOf(scope: Scope, { claimSeconds, lateClaimSeconds, settleSeconds }: Allowances): unknown[] {
  const { streams, ticketsAfter, reservedSince } =
    scope === 'whole' ? { streams: [], ticketsAfter: 0, reservedSince: undefined } : scope;
  return [streams, claimSeconds, lateClaimSeconds, settleSeconds, ticketsAfter, reservedSince ?? '-infinity'];
}

/** Checks one rule in one statement, whose work and memory are the database's. */
export async function checkRule(ask: Ask, rule: Rule, scope: Scope, allowances: Allowances): Promise<Finding> {
  const { facts, counted, broken } = rule.sql(scopeKind(scope));
  const ctes = { asked: `SELECT ${Object.values(parameter).join(', ')}`, ...facts };
  const counts = Object.entries(counted).map(([what, sql]) => `'${what}', (${sql})`);
  const text = `
    WITH ${Object.entries(ctes)
      .map(([name, sql]) => `${name} AS (${sql})`)
      .join(',\n')},
    broken AS MATERIALIZED (${broken})
    SELECT jsonb_build_object(${counts.join(', ')}) AS counted, (SELECT count(*)::float8 FROM broken) AS breaches,
      (SELECT jsonb_agg(told) FROM (SELECT stream, sentence FROM broken ORDER BY stream, sentence LIMIT ${toldBreaches}) told) AS told`;
  const [row] = await ask<Row>(text, parametersOf(scope, allowances));
  if (!row) throw new Error(`the check ${rule.id} gave no row`);
  const { id, number, name, foundOnce = false } = rule;
  const told = row.told ?? [];
  return {
    id,
    number,
    name,
    foundOnce,
    // jsonb does not keep the order of its members.
    counted: Object.fromEntries(Object.keys(counted).map((what) => [what, row.counted[what] ?? 0])),
    breaches: row.breaches,
    sentences: told.map(({ sentence }) => sentence),
    told,
    streams: [...new Set(told.map(({ stream }) => stream))],
  };
}
