import { Client, type Pool } from 'pg';
import { type Allowances, auditWhole, claimGraceSeconds } from '../../src/audit';
import { purchasesById } from '../../src/projections';
import { readModelsCheck } from '../../src/runtime/read-models-check';
import { connect } from '../../src/store';
import type { Acknowledged } from './crowd';
import { followed } from './followed';

/** What a suite knows beside what the database says. */
export type Circumstances = {
  /** Answers with a 2xx that customers were given. */
  readonly acknowledged: Iterable<Acknowledged>;
  /** How long the longest outage lasted, in milliseconds. */
  readonly longestOutageMs: number;
};

/** A claim that ended too late is never forgotten, and money has settled. */
const allowances = ({ longestOutageMs }: Circumstances): Allowances => ({
  claimSeconds: claimGraceSeconds + longestOutageMs / 1_000,
  lateClaimSeconds: Number.MAX_SAFE_INTEGER,
  settleSeconds: 0,
});

/**
 * What must always hold (DESIGN 8), checked on the database of a boxoffice whose purchases have all ended or are at
 * rest: the auditor's own checks, and what a suite knows beside.
 * @returns a sentence for each breach
 */
export async function brokenRules(databaseUrl: string, circumstances: Circumstances): Promise<readonly string[]> {
  const connection = new Client({ connectionString: databaseUrl });
  const database = connect(databaseUrl, () => undefined, { connections: 2 });
  try {
    await connection.connect();
    await followed(database);
    const findings = await auditWhole(connection, {
      allowances: allowances(circumstances),
      extraChecks: [readModelsCheck(database)],
    });
    return [
      ...findings.flatMap(({ sentences }) => sentences),
      ...(await lostAcknowledgements(database, [...circumstances.acknowledged])),
    ];
  } finally {
    await database.end();
    await connection.end();
  }
}

async function lostAcknowledgements(database: Pool, acknowledged: readonly Acknowledged[]): Promise<string[]> {
  const purchases = await purchasesById(
    database,
    acknowledged.map(({ id }) => id),
  );
  const known = new Map(purchases.map((purchase) => [purchase.id, purchase]));
  return acknowledged.flatMap(({ id, status, orderId }) => {
    const purchase = known.get(id);
    if (!purchase) return [`purchase ${id} was acknowledged as ${status} and is lost`];
    if (purchase.status === 'rejected') return [`purchase ${id} was ${status} and is rejected`];
    if (status === 'reserved' || (purchase.status === status && purchase.orderId === orderId)) return [];
    return [`purchase ${id} was ${status} ${orderId} and is ${purchase.status} ${purchase.orderId}`];
  });
}
