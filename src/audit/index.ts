/**
 * What must always hold (DESIGN 8), checked on a live database: everything is worked out anew from the events, by SQL,
 * without the code that sells.
 */
export { type AuditOptions, auditWhole, type ExtraCheck, wholeAuditMilliseconds } from './audit';
export { keptBreachesLimit } from './kept-breaches';
export { linesOf } from './report';
export { type LastAudit, lastAudit } from './results';
export { type Allowances, claimGraceSeconds, type Finding, type Rule, usualAllowances } from './rule';
export { rules } from './rules';
export { AuditTooLong } from './snapshot';
export { standingAudit, standingLimits, type Turn } from './standing-audit';
