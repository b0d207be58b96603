import type { ClientBase, Pool as Database } from 'pg';
import { poolCodec, poolStream } from '../domain';
import type { RecordedEvent } from '../store';
import type { Into, Projection } from './projection';
import { type Reserved, reservationsOf } from './reservations';

/** What may be said of a purchase: that it reserved tickets, and how it ended. Confirmed is the only good end. */
const outcomes = {
  TicketsReserved: 'reserved',
  PurchaseConfirmed: 'confirmed',
  PurchaseExpired: 'expired',
  PurchaseCancelled: 'cancelled',
  PaymentFailed: 'failed',
} as const;
export type Outcome = (typeof outcomes)[keyof typeof outcomes];

const outcomeOf = (type: string): Outcome | undefined => outcomes[type as keyof typeof outcomes];

export interface Counted {
  purchases: number;
  tickets: number;
}

/** Counts by name and outcome, as rows. */
class Sums {
  private readonly rows = new Map<string, Counted & { name: string; outcome: Outcome }>();

  add(name: string, outcome: Outcome, tickets: number): void {
    const key = `${name} ${outcome}`;
    const { purchases, tickets: before } = this.rows.get(key) ?? { purchases: 0, tickets: 0 };
    this.rows.set(key, { name, outcome, purchases: purchases + 1, tickets: before + tickets });
  }

  async addTo(connection: ClientBase, table: string, column: 'pool' | 'show'): Promise<void> {
    const rows = [...this.rows.values()];
    if (rows.length === 0) return;
    await connection.query(
      `INSERT INTO ${table} AS c (${column}, outcome, purchases, tickets)
       SELECT * FROM unnest($1::text[], $2::text[], $3::integer[], $4::integer[])
       ON CONFLICT (${column}, outcome) DO UPDATE SET purchases = c.purchases + excluded.purchases, tickets = c.tickets + excluded.tickets`,
      [
        rows.map(({ name }) => name),
        rows.map(({ outcome }) => outcome),
        rows.map(({ purchases }) => purchases),
        rows.map(({ tickets }) => tickets),
      ],
    );
  }
}

/** How many tickets of each of these a purchase names; a purchase names each once, on however many lines. */
function ticketsBy(items: Reserved['items'], nameOf: (pool: string) => string | undefined): Map<string, number> {
  const tickets = new Map<string, number>();
  for (const { pool, tickets: reserved } of items) {
    const name = nameOf(pool);
    if (name !== undefined) tickets.set(name, (tickets.get(name) ?? 0) + reserved.length);
  }
  return tickets;
}

/**
 * How many purchases reserved tickets of each pool, and of each show over all its sections, and what became of them.
 * A purchase whose payment was given back counts as it ended before.
 */
export const conversionPerPool: Projection = {
  name: 'conversion_per_pool',
  tables: ['conversion_per_pool', 'conversion_per_show', 'conversion_sections'],
  events: ['PoolCreated', ...Object.keys(outcomes)],
  async apply(events, into) {
    const { connection, table } = into;
    const ended = events.filter(({ type }) => outcomeOf(type) !== undefined);
    await addSections(events, into);
    const reserved = await reservationsOf(connection, ended);
    const showOf = await showsOf(
      ended.flatMap(({ stream }) => reserved(stream).items.map(({ pool }) => pool)),
      into,
    );
    const [pools, shows] = [new Sums(), new Sums()];
    for (const stored of ended) {
      const outcome = outcomeOf(stored.type);
      if (outcome === undefined) continue;
      const { items } = reserved(stored.stream);
      for (const [name, tickets] of ticketsBy(items, (pool) => pool)) pools.add(name, outcome, tickets);
      for (const [name, tickets] of ticketsBy(items, showOf)) shows.add(name, outcome, tickets);
    }
    await pools.addTo(connection, table('conversion_per_pool'), 'pool');
    await shows.addTo(connection, table('conversion_per_show'), 'show');
  },
};

async function addSections(events: readonly RecordedEvent[], { connection, table }: Into): Promise<void> {
  const sections = events.flatMap((stored) => {
    if (stored.type !== 'PoolCreated') return [];
    const { type, data } = poolCodec.decode(stored);
    if (type !== 'PoolCreated' || data.show === undefined) return [];
    return [{ pool: stored.stream.slice(poolStream('').length), show: data.show }];
  });
  if (sections.length === 0) return;
  await connection.query(
    `INSERT INTO ${table('conversion_sections')} (pool, show) SELECT * FROM unnest($1::text[], $2::text[])`,
    [sections.map(({ pool }) => pool), sections.map(({ show }) => show)],
  );
}

async function showsOf(
  pools: readonly string[],
  { connection, table }: Into,
): Promise<(pool: string) => string | undefined> {
  if (pools.length === 0) return () => undefined;
  const { rows } = await connection.query<{ pool: string; show: string }>(
    `SELECT pool, show FROM ${table('conversion_sections')} WHERE pool = ANY($1)`,
    [[...new Set(pools)]],
  );
  const shows = new Map(rows.map(({ pool, show }) => [pool, show]));
  return (pool) => shows.get(pool);
}

/** Those that reserved tickets, and what became of them; the rest is open still. */
export type Conversion = Record<Outcome, Counted>;

const nothing = (): Conversion => ({
  reserved: { purchases: 0, tickets: 0 },
  confirmed: { purchases: 0, tickets: 0 },
  expired: { purchases: 0, tickets: 0 },
  cancelled: { purchases: 0, tickets: 0 },
  failed: { purchases: 0, tickets: 0 },
});

type Row = Counted & { name: string; outcome: Outcome };

function conversionsIn(rows: readonly Row[]): (name: string) => Conversion {
  const found = new Map<string, Conversion>();
  for (const { name, outcome, purchases, tickets } of rows) {
    const conversion = found.get(name) ?? nothing();
    conversion[outcome] = { purchases, tickets };
    found.set(name, conversion);
  }
  return (name) => found.get(name) ?? nothing();
}

/** By the names of pools. */
export async function conversionOfPools(
  database: Database,
  pools: readonly string[],
): Promise<(pool: string) => Conversion> {
  const { rows } = await database.query<Row>(
    'SELECT pool AS name, outcome, purchases, tickets FROM conversion_per_pool WHERE pool = ANY($1)',
    [pools],
  );
  return conversionsIn(rows);
}

/** Over all sections of a show. */
export async function conversionOfShow(database: Database, show: string): Promise<Conversion> {
  const { rows } = await database.query<Row>(
    'SELECT show AS name, outcome, purchases, tickets FROM conversion_per_show WHERE show = $1',
    [show],
  );
  return conversionsIn(rows)(show);
}
