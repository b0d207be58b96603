import { isDeepStrictEqual } from 'node:util';
import { Client } from 'pg';
import { evolvePurchase, type Purchase, purchaseCodec } from '../../src/domain';
import { connect, type StoredEvent } from '../../src/store';
import type { Acknowledged } from './crowd';
import { followed } from './followed';

/** What a suite knows beside what the database says. */
export type Circumstances = {
  /** Answers with a 2xx that customers were given. */
  readonly acknowledged: Iterable<Acknowledged>;
  /** How long the longest outage lasted, in milliseconds. */
  readonly longestOutageMs: number;
};

/** A claim may outlive its hold by an outage and this. */
const CLAIM_GRACE_MS = 5_000;

type PoolCount = { capacity: number; claimed: number; sold: number; position: number };
type Claim = { readonly ticketId: string; readonly purchaseId: string; endedAt?: Date; bought?: boolean };
type Payment = { payment_id: string; purchase_id: string; captures: number; refunds: number; taken: number };

/**
 * What must always hold (DESIGN 8), checked on the database of a boxoffice whose purchases have all ended or are at
 * rest. Everything is worked out anew from the events, without the code that sells.
 * @returns a sentence for each breach
 */
export async function brokenRules(databaseUrl: string, circumstances: Circumstances): Promise<readonly string[]> {
  await readModelsFollowed(databaseUrl);
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    // One moment for all tables, though the boxoffice goes on.
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return await new Audit(client, circumstances).run();
  } finally {
    await client.end();
  }
}

async function readModelsFollowed(databaseUrl: string): Promise<void> {
  const database = connect(databaseUrl, () => undefined, { connections: 2 });
  await followed(database).finally(() => database.end());
}

class Audit {
  private readonly broken: string[] = [];
  private readonly pools = new Map<string, PoolCount>();
  private readonly claims = new Map<string, Claim>();
  private readonly sold = new Map<string, Purchase & { id: string; position: number; paidBy?: string }>();

  constructor(
    private readonly database: Client,
    private readonly circumstances: Circumstances,
  ) {}

  async run(): Promise<readonly string[]> {
    const events = await this.events();
    this.versionsRunFromOne(events);
    for (const event of events) {
      if (event.stream.startsWith('pool-')) this.poolNeverOversold(event);
      else if (event.stream.startsWith('purchase-')) this.foldPurchase(event);
      else this.broken.push(`stream ${event.stream} is of no known kind`);
    }
    await this.claimsEndInTime();
    await this.moneyHasItsTickets();
    await this.availabilityIsAsFolded();
    await this.purchasesAreAsFolded();
    await this.salesByDayAreAsFolded(events);
    this.acknowledgedExist();
    return this.broken;
  }

  private async rows<Row extends object>(sql: string): Promise<Row[]> {
    return (await this.database.query<Row>(sql)).rows;
  }

  private events(): Promise<StoredEvent[]> {
    return this.rows<StoredEvent>(
      `SELECT event_id AS id, type, schema_version AS "schemaVersion", data, metadata, stream, version::float8,
         position::float8, recorded_at AS created FROM events ORDER BY position`,
    );
  }

  private versionsRunFromOne(events: readonly StoredEvent[]): void {
    const next = new Map<string, number>();
    for (const { stream, version } of events) {
      const expected = next.get(stream) ?? 1;
      if (version !== expected) this.broken.push(`${stream} has version ${version} where ${expected} should be`);
      next.set(stream, version + 1);
    }
    if (new Set(events.map(({ id }) => id)).size !== events.length) this.broken.push('an event id appears twice');
  }

  private poolNeverOversold({ stream, type, data, version, position, created }: StoredEvent): void {
    const said = data as { capacity: number; ticketId: string; purchaseId: string };
    const pool = this.pools.get(stream) ?? { capacity: said.capacity, claimed: 0, sold: 0, position };
    this.pools.set(stream, pool);
    pool.position = position;
    const claim = this.claims.get(said.ticketId);
    if (type === 'TicketClaimed') {
      if (claim) this.broken.push(`ticket ${said.ticketId} is claimed twice`);
      this.claims.set(said.ticketId, { ticketId: said.ticketId, purchaseId: said.purchaseId });
      pool.claimed += 1;
    }
    if (type === 'TicketReleased' || type === 'TicketBought') {
      if (!claim || claim.endedAt) this.broken.push(`ticket ${said.ticketId} has no claim at ${type}`);
      else Object.assign(claim, { endedAt: created, bought: type === 'TicketBought' });
      pool.claimed -= 1;
      if (type === 'TicketBought') pool.sold += 1;
    }
    if (pool.claimed < 0 || pool.claimed + pool.sold > pool.capacity) {
      this.broken.push(`${stream} at version ${version}: ${pool.claimed} + ${pool.sold} of ${pool.capacity}`);
    }
  }

  private foldPurchase(event: StoredEvent): void {
    const id = event.stream.slice('purchase-'.length);
    const before = this.sold.get(id);
    const decoded = purchaseCodec.decode(event);
    const confirmed = decoded.type === 'PurchaseConfirmed';
    if (confirmed && before?.paidBy !== undefined) this.broken.push(`${event.stream} is confirmed twice`);
    const paid = confirmed ? { paidBy: decoded.data.paymentId } : {};
    this.sold.set(id, { ...before, ...evolvePurchase(before, decoded), ...paid, id, position: event.position });
  }

  private async claimsEndInTime(): Promise<void> {
    const [clock] = await this.rows<{ now: Date }>('SELECT now()');
    for (const { ticketId, purchaseId, endedAt } of this.claims.values()) {
      const purchase = this.sold.get(purchaseId);
      if (!purchase || purchase.status === 'rejected') {
        this.broken.push(`ticket ${ticketId} is claimed for ${purchaseId}, which holds nothing`);
        continue;
      }
      const latest = Date.parse(purchase.expiresAt) + this.circumstances.longestOutageMs + CLAIM_GRACE_MS;
      const late = (endedAt ?? clock?.now ?? new Date()).getTime() - latest;
      if (late > 0) this.broken.push(`the claim of ${ticketId} (${purchase.status}) lasted ${late} ms too long`);
    }
  }

  private async moneyHasItsTickets(): Promise<void> {
    const payments = await this.rows<Payment>(
      `SELECT p.payment_id, p.purchase_id, count(*) FILTER (WHERE l.kind = 'capture')::int AS captures,
         count(*) FILTER (WHERE l.kind = 'refund')::int AS refunds,
         coalesce(sum(l.amount) FILTER (WHERE l.kind = 'capture'), 0)::float8 AS taken
       FROM payment_simulator.payments p LEFT JOIN payment_simulator.ledger l USING (payment_id) GROUP BY p.payment_id`,
    );
    const captured = payments.filter(({ captures }) => captures > 0);
    for (const { payment_id, purchase_id, captures, refunds, taken } of captured) {
      const purchase = this.sold.get(purchase_id);
      const kept = purchase?.paidBy === payment_id && purchase.status === 'confirmed';
      const who = `payment ${payment_id} of ${purchase_id} (${purchase?.status ?? 'unknown'})`;
      if (captures > 1 || refunds > 1)
        this.broken.push(`${who} was captured ${captures} and refunded ${refunds} times`);
      if (kept === refunds > 0)
        this.broken.push(`${who} has ${kept ? 'both its tickets and' : 'neither tickets nor'} a refund`);
      if (purchase && purchase.status !== 'rejected' && purchase.total.amount !== taken) {
        this.broken.push(`${who} took ${taken}, not ${purchase.total.amount}`);
      }
    }
    const payers = captured.map(({ purchase_id }) => purchase_id);
    if (new Set(payers).size !== payers.length) this.broken.push('a purchase was captured twice');
    for (const purchase of this.sold.values()) this.confirmedHasAll(purchase, new Set(payers));
  }

  private confirmedHasAll(purchase: Purchase & { id: string; paidBy?: string }, payers: ReadonlySet<string>): void {
    const bought = [...this.claims.values()].filter(({ purchaseId, bought }) => purchaseId === purchase.id && bought);
    const wanted = purchase.status === 'confirmed' ? purchase.items.flatMap(({ tickets }) => tickets) : [];
    const same = isDeepStrictEqual(bought.map(({ ticketId }) => ticketId).sort(), wanted.map(({ id }) => id).sort());
    if (!same) this.broken.push(`${purchase.id} (${purchase.status}) has ${bought.length} tickets`);
    if (purchase.paidBy !== undefined && !payers.has(purchase.id)) this.broken.push(`${purchase.id} paid nothing`);
  }

  private async availabilityIsAsFolded(): Promise<void> {
    const rows = await this.rows<PoolCount & { pool: string }>(
      'SELECT pool, capacity, claimed, sold, position::float8 FROM availability',
    );
    const kept = Object.fromEntries(rows.map(({ pool, ...count }) => [`pool-${pool}`, count]));
    this.same('availability', kept, Object.fromEntries(this.pools));
  }

  private async purchasesAreAsFolded(): Promise<void> {
    const rows = await this.rows<{
      id: string;
      status: string;
      customer_id: string;
      details: object;
      position: number;
    }>('SELECT id, status, customer_id, details, position::float8 FROM purchases');
    const kept = rows.map(({ id, customer_id: customerId, details, ...row }) => [
      id,
      { customerId, ...details, ...row },
    ]);
    const folded = [...this.sold].map(([id, { paidBy: _, id: __, ...purchase }]) => [id, purchase]);
    this.same('purchases', Object.fromEntries(kept), Object.fromEntries(folded));
  }

  private async salesByDayAreAsFolded(events: readonly StoredEvent[]): Promise<void> {
    const folded: Record<string, { total: number; count: number; tickets: number }> = {};
    for (const { stream, type, created } of events) {
      const purchase = this.sold.get(stream.slice('purchase-'.length));
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
    const rows = await this.rows<{ name: string; total: number; count: number; tickets: number }>(
      `SELECT pool || ' ' || day AS name, total::float8, count, tickets FROM sales_by_day`,
    );
    this.same('sales_by_day', Object.fromEntries(rows.map(({ name, ...day }) => [name, day])), folded);
  }

  private acknowledgedExist(): void {
    for (const { id, status, orderId } of this.circumstances.acknowledged) {
      const purchase = this.sold.get(id);
      if (!purchase) this.broken.push(`purchase ${id} was acknowledged as ${status} and is lost`);
      else if (purchase.status === 'rejected') this.broken.push(`purchase ${id} was ${status} and is rejected`);
      else if (status !== 'reserved' && (purchase.status !== status || purchase.orderId !== orderId)) {
        this.broken.push(`purchase ${id} was ${status} ${orderId} and is ${purchase.status} ${purchase.orderId}`);
      }
    }
  }

  private same(what: string, kept: Record<string, unknown>, folded: Record<string, unknown>): void {
    for (const key of new Set([...Object.keys(kept), ...Object.keys(folded)])) {
      const [one, other] = [kept[key], JSON.parse(JSON.stringify(folded[key] ?? null)) as unknown];
      if (isDeepStrictEqual(one, other)) continue;
      this.broken.push(`${what} of ${key} is ${JSON.stringify(one)}, its events say ${JSON.stringify(other)}`);
    }
  }
}
