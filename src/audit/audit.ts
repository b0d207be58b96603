import type { ClientBase } from 'pg';
import { checkRule } from './check-rule';
import { type Allowances, type Finding, type Rule, type Scope, usualAllowances } from './rule';
import { rules as allRules } from './rules';
import { type Ask, inSnapshot } from './snapshot';

/** A check of another kind beside the rules, such as a comparison of a read model with a rebuilt one. */
export interface ExtraCheck {
  readonly id: string;
  readonly number: Rule['number'];
  readonly name: string;
  check(): Promise<Pick<Finding, 'counted' | 'breaches' | 'sentences'>>;
}

export interface AuditOptions {
  readonly allowances?: Allowances;
  readonly rules?: readonly Rule[];
  /** Run after the rules where everything is audited, outside of their snapshot. */
  readonly extraChecks?: readonly ExtraCheck[];
  /** In place of the usual limit of such an audit. */
  readonly withinMilliseconds?: number;
  /** Called before each check. */
  onCheck?(name: string): void;
}

/** An audit of everything is given up after so long. */
export const wholeAuditMilliseconds = 600_000;

/** Checks every rule on everything, at one moment. Reads only. Throws AuditTooLong. */
export async function auditWhole(connection: ClientBase, options: AuditOptions = {}): Promise<Finding[]> {
  const { withinMilliseconds = wholeAuditMilliseconds } = options;
  const findings = await inSnapshot(connection, withinMilliseconds, (ask) => checkRules(ask, 'whole', options));
  return [...findings, ...(await extraFindings(options))].sort((one, other) => one.number - other.number);
}

/** What the checks beside the rules find. */
export async function extraFindings({ extraChecks = [], onCheck }: AuditOptions): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const extra of extraChecks) {
    onCheck?.(extra.name);
    const { id, number, name } = extra;
    const found = await extra.check();
    const told = found.sentences.map((sentence) => ({ stream: '', sentence }));
    findings.push({ id, number, name, ...found, foundOnce: false, told, streams: [] });
  }
  return findings;
}

/** The rules one after the other within one snapshot. */
export async function checkRules(ask: Ask, scope: Scope, options: AuditOptions = {}): Promise<Finding[]> {
  const { allowances = usualAllowances, rules = allRules, onCheck } = options;
  const findings: Finding[] = [];
  for (const rule of rules) {
    onCheck?.(rule.name);
    findings.push(await checkRule(ask, rule, scope, allowances));
  }
  return findings;
}
