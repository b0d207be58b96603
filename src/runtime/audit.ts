import { parseArgs } from 'node:util';
import { Client } from 'pg';
import {
  auditWhole,
  claimGraceSeconds,
  type ExtraCheck,
  type Finding,
  linesOf,
  usualAllowances,
  wholeAuditMilliseconds,
} from '../audit';
import { connect } from '../store';
import type { Config } from './config';
import { databaseUrlOf } from './database-url';
import { readModelsCheck } from './read-models-check';
import { runEntry } from './until-stopped';

const sayAfterMilliseconds = 2_000;

/** Audits all of a database. Throws AuditTooLong, and what Postgres throws where it is away. */
export async function auditDatabase(
  databaseUrl: string,
  {
    outageSeconds,
    extraChecks = [],
    say,
  }: { outageSeconds?: number; extraChecks?: readonly ExtraCheck[]; say?: (line: string) => void } = {},
): Promise<Finding[]> {
  const connection = new Client({ connectionString: databaseUrl, query_timeout: wholeAuditMilliseconds });
  let doing = 'connecting';
  const began = performance.now();
  const telling = setInterval(() => {
    say?.(`${Math.round((performance.now() - began) / 1_000)} s: ${doing}…`);
  }, sayAfterMilliseconds);
  try {
    await connection.connect();
    return await auditWhole(connection, {
      extraChecks,
      allowances:
        outageSeconds === undefined
          ? usualAllowances
          : { ...usualAllowances, claimSeconds: claimGraceSeconds + outageSeconds },
      onCheck: (name) => {
        doing = name;
      },
    });
  } finally {
    clearInterval(telling);
    await connection.end();
  }
}

function argumentsOfThisProcess(): { json: boolean; outageSeconds?: number } {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, outage: { type: 'string' } } });
  const { json = false, outage } = values;
  if (outage === undefined) return { json };
  if (!/^\d{1,7}$/.test(outage))
    throw new Error(`--outage must be the seconds that the longest outage lasted, not "${outage}"`);
  return { json, outageSeconds: Number(outage) };
}

/** @returns the exit code: 1 where a rule is broken */
async function main(config: Config): Promise<number> {
  const { json, ...given } = argumentsOfThisProcess();
  const databaseUrl = await databaseUrlOf(config);
  const database = connect(databaseUrl, () => undefined, { connections: 1 });
  const began = performance.now();
  const findings = await auditDatabase(databaseUrl, {
    ...given,
    extraChecks: [readModelsCheck(database)],
    say: (line) => process.stderr.write(`${line}\n`),
  }).finally(() => database.end());
  const breaches = findings.reduce((sum, finding) => sum + finding.breaches, 0);
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  const lines = json
    ? [
        JSON.stringify(
          { breaches, checks: findings.map(({ streams: _, foundOnce: __, told: ___, ...finding }) => finding) },
          undefined,
          2,
        ),
      ]
    : [...findings.flatMap(linesOf), `${findings.length} checks in ${seconds} s: ${breaches} breaches`];
  process.stdout.write(`${lines.join('\n')}\n`);
  return breaches === 0 ? 0 : 1;
}

runEntry(__filename, main);
