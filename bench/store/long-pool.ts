import type { Pool as Database } from 'pg';

/** A pool that has sold for long: so many events, the last claims still live, every tenth claim given back. */
export interface LongPool {
  pool: string;
  events: number;
  liveClaims: number;
}

/** Capacity of the pool: its million leaves room for whatever comes after. */
const capacity = 1_000_000;

/**
 * Writes the history of a pool straight into the tables, as appends of any size would have left it. Claims come at even
 * moments; each is bought, or given back, so many claims later as are live at once.
 */
export async function writeLongPool(database: Database, { pool, events, liveClaims }: LongPool): Promise<void> {
  const claims = Math.ceil((events - 1 + liveClaims) / 2);
  const ends = events - 1 - claims;
  const stream = `pool-${pool}`;
  const settings = {
    name: pool,
    title: 'A long sale',
    promoter: 'bench',
    capacity,
    price: { amount: 5_000, currency: 'EUR' },
    maxPerPurchase: 4,
    holdSeconds: 300,
  };
  // Tickets come in twos; ids are as good as random ones, and made of the pool's name and their number.
  await database.query(
    `WITH claims AS (
       SELECT i, md5($1 || 'ticket' || i) AS ticket, md5($1 || 'purchase' || i / 2) AS purchase,
         jsonb_build_object('amount', CASE WHEN i % 4000 < 2000 THEN 5000 ELSE 6500 END, 'currency', 'EUR') AS price
       FROM generate_series(1, $3::integer) AS i
     ), named AS (
       SELECT i, price,
         overlay(overlay(ticket placing '5' from 13) placing 'a' from 17)::uuid AS ticket,
         overlay(overlay(purchase placing '5' from 13) placing 'a' from 17)::uuid AS purchase
       FROM claims
     ), history AS (
       SELECT -1 AS moment, 'PoolCreated' AS type, $2::jsonb AS data
       UNION ALL
       SELECT 2 * i, 'TicketClaimed', jsonb_build_object('ticketId', ticket, 'purchaseId', purchase, 'price', price,
         'quote', jsonb_build_object('rule', 1, 'sharePercent', 0, 'factors', jsonb_build_array()))
       FROM named
       UNION ALL
       SELECT 2 * (i + $4::integer) + 1, CASE WHEN i % 10 = 0 THEN 'TicketReleased' ELSE 'TicketBought' END,
         jsonb_build_object('ticketId', ticket, 'purchaseId', purchase)
           || CASE WHEN i % 10 = 0 THEN '{}'::jsonb ELSE jsonb_build_object('price', price) END
       FROM named WHERE i <= $5::integer
     ), written AS (
       INSERT INTO events (stream, version, event_id, type, schema_version, data, metadata)
       SELECT $1, row_number() OVER (ORDER BY moment), gen_random_uuid(), type, 1, data,
         '{"correlation":"bench","causation":"bench","workflow":"bench"}'
       FROM history ORDER BY moment
       RETURNING version
     )
     INSERT INTO streams (stream, version) SELECT $1, max(version) FROM written`,
    [stream, JSON.stringify(settings), claims, liveClaims, ends],
  );
}
