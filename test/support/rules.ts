import { isDeepStrictEqual } from 'node:util';
import { Client } from 'pg';
import { type Allowances, auditWhole, claimGraceSeconds } from '../../src/audit';
import { evolvePurchase, type Purchase, purchaseCodec } from '../../src/domain';
import type { StoredEvent } from '../../src/store';
import type { Acknowledged } from './crowd';

/** What a suite knows beside what the database says. */
export type Circumstances = {
  /** Answers with a 2xx that customers were given. */
  readonly acknowledged: Iterable<Acknowledged>;
  /** How long the longest outage lasted, in milliseconds. */
  readonly longestOutageMs: number;
};

type Sold = ReadonlyMap<string, Purchase & { id: string; position: number }>;

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
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const findings = await auditWhole(client, { allowances: allowances(circumstances) });
    // One moment for all tables, though the boxoffice goes on.
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const events = await purchaseEvents(client);
    const sold = foldPurchases(events);
    return [
      ...findings.flatMap(({ sentences }) => sentences),
      ...(await purchasesAreAsFolded(client, sold)),
      ...(await salesByDayAreAsFolded(client, sold, events)),
      ...acknowledgedExist(circumstances, sold),
    ];
  } finally {
    await client.end();
  }
}

async function purchaseEvents(client: Client): Promise<readonly StoredEvent[]> {
  const { rows } = await client.query<StoredEvent>(
    `SELECT event_id AS id, type, schema_version AS "schemaVersion", data, metadata, stream, version::float8,
       position::float8, recorded_at AS created FROM events WHERE stream LIKE 'purchase-%' ORDER BY position`,
  );
  return rows;
}

const purchaseId = (stream: string) => stream.slice('purchase-'.length);

function foldPurchases(events: readonly StoredEvent[]): Sold {
  const sold = new Map<string, Purchase & { id: string; position: number }>();
  for (const event of events) {
    const id = purchaseId(event.stream);
    sold.set(id, { ...evolvePurchase(sold.get(id), purchaseCodec.decode(event)), id, position: event.position });
  }
  return sold;
}

async function purchasesAreAsFolded(client: Client, sold: Sold): Promise<string[]> {
  const { rows } = await client.query<{
    id: string;
    status: string;
    customer_id: string;
    details: object;
    position: number;
  }>('SELECT id, status, customer_id, details, position::float8 FROM purchases');
  const kept = rows.map(({ id, customer_id: customerId, details, ...row }) => [id, { customerId, ...details, ...row }]);
  const folded = [...sold].map(([id, { id: _, ...purchase }]) => [
    id,
    purchase.status === 'rejected' ? { ...purchase, payments: [] } : purchase,
  ]);
  return differences('purchases', Object.fromEntries(kept), Object.fromEntries(folded));
}

async function salesByDayAreAsFolded(client: Client, sold: Sold, events: readonly StoredEvent[]): Promise<string[]> {
  const folded: Record<string, { total: number; count: number; tickets: number }> = {};
  for (const { stream, type, created } of events) {
    const purchase = sold.get(purchaseId(stream));
    if (type !== 'PurchaseConfirmed' || !purchase || purchase.status === 'rejected') continue;
    for (const { pool, tickets } of purchase.items) {
      const name = `${pool} ${created.toISOString().slice(0, 10)}`;
      const before = folded[name] ?? { total: 0, count: 0, tickets: 0 };
      folded[name] = {
        total: tickets.reduce((sum, { price }) => sum + price.amount, before.total),
        count: before.count + 1,
        tickets: before.tickets + tickets.length,
      };
    }
  }
  const { rows } = await client.query<{ name: string; total: number; count: number; tickets: number }>(
    `SELECT pool || ' ' || day AS name, total::float8, count, tickets FROM sales_by_day`,
  );
  return differences('sales_by_day', Object.fromEntries(rows.map(({ name, ...day }) => [name, day])), folded);
}

function acknowledgedExist({ acknowledged }: Circumstances, sold: Sold): string[] {
  return [...acknowledged].flatMap(({ id, status, orderId }) => {
    const purchase = sold.get(id);
    if (!purchase) return [`purchase ${id} was acknowledged as ${status} and is lost`];
    if (purchase.status === 'rejected') return [`purchase ${id} was ${status} and is rejected`];
    if (status === 'reserved' || (purchase.status === status && purchase.orderId === orderId)) return [];
    return [`purchase ${id} was ${status} ${orderId} and is ${purchase.status} ${purchase.orderId}`];
  });
}

function differences(what: string, kept: Record<string, unknown>, folded: Record<string, unknown>): string[] {
  return [...new Set([...Object.keys(kept), ...Object.keys(folded)])].flatMap((key) => {
    const [one, other] = [kept[key], JSON.parse(JSON.stringify(folded[key] ?? null)) as unknown];
    if (isDeepStrictEqual(one, other)) return [];
    return [`${what} of ${key} is ${JSON.stringify(one)}, its events say ${JSON.stringify(other)}`];
  });
}
