import type { ClientBase, Pool as Database } from 'pg';
import {
  available,
  heldAtMost,
  type Money,
  nextRelease,
  type Pool,
  type PoolStatus,
  type Pricing,
  poolCodec,
  poolStatus,
  poolStream,
  salesEnd,
} from '../domain';
import type { InlineWrite, StreamChange } from '../store';
import { foldPool } from './fold-pool';

/** Written by the append itself, in its own statement; the table has the same name. */
export const availability = { name: 'availability', events: poolCodec.types } as const;

/** A pool as its events left it, exact at `position`: available + claimed + sold + withheld = capacity. */
export interface PoolView {
  name: string;
  title: string;
  promoter: string;
  status: PoolStatus;
  /** Nothing is available, and nothing can come back by itself. */
  soldOut: boolean;
  /** Nothing is available, and what others hold may come back. */
  allHeld: boolean;
  capacity: number;
  available: number;
  claimed: number;
  sold: number;
  withheld: number;
  /** When the next hold may end; left out where nothing is held. */
  nextReleaseAt?: string;
  /** The base price: what a ticket costs now is worked out from it, and from the pricing where there is one. */
  price: Money;
  pricing?: Pricing;
  numbered: boolean;
  maxPerPurchase: number;
  maxPerCustomer?: number;
  /** Tickets that one customer may hold at a time. */
  maxHeldPerCustomer: number;
  holdSeconds: number;
  startsAt?: string;
  opensAt?: string;
  /** When the sale is over by itself. */
  closesAt?: string;
  show?: string;
  /** Why the sale stands still, where it was stopped or cancelled. */
  reason?: string;
  position: number;
}

/** What is kept beside the counts. */
type Details = Omit<
  PoolView,
  | 'name'
  | 'promoter'
  | 'status'
  | 'soldOut'
  | 'allHeld'
  | 'capacity'
  | 'available'
  | 'claimed'
  | 'sold'
  | 'withheld'
  | 'numbered'
  | 'maxHeldPerCustomer'
  | 'position'
> & { numbered?: true; maxHeldPerCustomer?: number };

function details(pool: Pool): Details {
  const { title, price, pricing, rows, maxPerPurchase, maxPerCustomer, holdSeconds, startsAt, opensAt, closesAt } =
    pool;
  const { show, maxHeldPerCustomer } = pool;
  const reason = pool.cancelled?.reason ?? pool.stopped?.reason;
  const nextReleaseAt = nextRelease(pool);
  return {
    title,
    price,
    ...(pricing && { pricing }),
    ...(rows && { numbered: true }),
    maxPerPurchase,
    ...(maxPerCustomer !== undefined && { maxPerCustomer }),
    ...(maxHeldPerCustomer !== undefined && { maxHeldPerCustomer }),
    holdSeconds,
    ...(startsAt !== undefined && { startsAt }),
    ...(opensAt !== undefined && { opensAt }),
    ...(closesAt !== undefined && { closesAt }),
    ...(show !== undefined && { show }),
    ...(reason !== undefined && { reason }),
    ...(nextReleaseAt !== undefined && { nextReleaseAt }),
  };
}

/** Written in the append's own statement: one row per pool per batch. */
export function writeAvailability(changes: readonly StreamChange[]): InlineWrite | undefined {
  const changed = changes.flatMap(({ aggregate, stream, state }) =>
    aggregate.category === 'pool' ? [{ stream, pool: state as Pool }] : [],
  );
  if (changed.length === 0) return undefined;
  const pools = changed.map(({ pool }) => pool);
  return {
    name: 'availability',
    sql: (first) => `
      INSERT INTO availability AS a (pool, promoter, status, capacity, claimed, sold, withheld, details, position)
      SELECT u.pool, u.promoter, u.status, u.capacity, u.claimed, u.sold, u.withheld, u.details::jsonb, appended.last_position
      FROM unnest($${first}::text[], $${first + 1}::text[], $${first + 2}::text[], $${first + 3}::text[],
        $${first + 4}::integer[], $${first + 5}::integer[], $${first + 6}::integer[], $${first + 7}::integer[], $${first + 8}::text[])
        AS u (stream, pool, promoter, status, capacity, claimed, sold, withheld, details)
      JOIN appended ON appended.stream = u.stream
      ON CONFLICT (pool) DO UPDATE SET status = excluded.status, claimed = excluded.claimed, sold = excluded.sold,
        withheld = excluded.withheld, details = excluded.details, position = excluded.position`,
    parameters: [
      changed.map(({ stream }) => stream),
      pools.map(({ name }) => name),
      pools.map(({ promoter }) => promoter),
      pools.map(poolStatus),
      pools.map(({ capacity }) => capacity),
      pools.map(({ claimed }) => claimed),
      pools.map(({ sold }) => sold),
      pools.map(({ withheld }) => withheld),
      pools.map((pool) => JSON.stringify(details(pool))),
    ],
  };
}

/**
 * Fills an empty table of the same shape from the pools' streams, in a snapshot of the database.
 * @returns the highest position that was folded
 */
export async function availabilityFromStreams(connection: ClientBase, table: string): Promise<number> {
  const { rows } = await connection.query<{ stream: string }>(
    'SELECT stream FROM streams WHERE starts_with(stream, $1) ORDER BY stream',
    [poolStream('')],
  );
  let highest = 0;
  for (const { stream } of rows) {
    const folded = await foldPool(connection, stream);
    if (!folded) continue;
    const { pool, position } = folded;
    const { name, promoter, capacity, claimed, sold, withheld } = pool;
    await connection.query(
      `INSERT INTO ${table} (pool, promoter, status, capacity, claimed, sold, withheld, details, position)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [name, promoter, poolStatus(pool), capacity, claimed, sold, withheld, JSON.stringify(details(pool)), position],
    );
    highest = Math.max(highest, position);
  }
  return highest;
}

interface Row {
  pool: string;
  promoter: string;
  status: PoolStatus;
  capacity: number;
  claimed: number;
  sold: number;
  withheld: number;
  details: Details;
  position: number;
}

function view(row: Row): PoolView {
  const { pool: name, promoter, status, capacity, claimed, sold, withheld, position } = row;
  const left = available({ capacity, claimed, sold, withheld });
  const closesAt = salesEnd(row.details);
  return {
    name,
    promoter,
    status,
    soldOut: left === 0 && claimed === 0,
    allHeld: left === 0 && claimed > 0,
    capacity,
    available: left,
    claimed,
    sold,
    withheld,
    numbered: false,
    ...row.details,
    maxHeldPerCustomer: heldAtMost(row.details),
    ...(closesAt !== undefined && { closesAt }),
    position,
  };
}

const columns = 'pool, promoter, status, capacity, claimed, sold, withheld, details, position::float8';

export async function poolsNamed(database: Database, names: readonly string[]): Promise<PoolView[]> {
  const { rows } = await database.query<Row>({
    name: 'pools-named',
    text: `SELECT ${columns} FROM availability WHERE pool = ANY($1)`,
    values: [names],
  });
  return rows.map(view);
}

export async function poolNamed(database: Database, name: string): Promise<PoolView | undefined> {
  return (await poolsNamed(database, [name]))[0];
}

export interface PoolPage {
  status?: PoolStatus | undefined;
  /** Pools whose name comes after this one. */
  after?: string | undefined;
  limit: number;
}

/** Pools in the order of their names. */
export async function listPools(database: Database, { status, after, limit }: PoolPage): Promise<PoolView[]> {
  const { rows } = await database.query<Row>(
    `SELECT ${columns} FROM availability WHERE ($1::text IS NULL OR status = $1) AND ($2::text IS NULL OR pool > $2)
     ORDER BY pool LIMIT $3`,
    [status ?? null, after ?? null, limit],
  );
  return rows.map(view);
}
