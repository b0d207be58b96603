import { parameter, type ScopeKind } from './rule';

/** Kinds of streams whose events the rules read. */
export const streamKinds = ['pool', 'purchase', 'cart'] as const;

/**
 * The types of events whose data the rules read, with the version of their schema that the SQL here is written for:
 * another version is told as a breach until it is read as well.
 */
export const versionsRead: Readonly<Record<string, number>> = {
  PoolCreated: 2,
  PoolRepriced: 2,
  TicketClaimed: 1,
  TicketReleased: 1,
  TicketBought: 1,
  TicketsReserved: 1,
  PurchaseRejected: 1,
  PaymentStarted: 1,
  PurchaseConfirmed: 1,
  PaymentRefunded: 1,
};

/** The events of the scope's purchases, each from its first. */
export const purchaseEvents = (scope: ScopeKind): string =>
  scope === 'whole'
    ? `SELECT * FROM events WHERE stream LIKE 'purchase-%'`
    : `SELECT e.* FROM unnest(${parameter.streams}) AS listed (stream) JOIN events e USING (stream)
       WHERE listed.stream LIKE 'purchase-%'`;

/** The events of the scope's pools: all of them, or those that their kept counts do not know. */
export const poolEvents = (scope: ScopeKind): string =>
  scope === 'whole' ? `SELECT * FROM events WHERE stream LIKE 'pool-%'` : newEvents(`listed.stream LIKE 'pool-%'`);

/** All events of the scope: every one, or those of its streams that no kept count knows. */
export const eventsOf = (scope: ScopeKind): string => (scope === 'whole' ? 'SELECT * FROM events' : newEvents('true'));

const newEvents = (which: string) => `
  SELECT e.* FROM unnest(${parameter.streams}) AS listed (stream) LEFT JOIN audited_pools k USING (stream)
  CROSS JOIN LATERAL (
    SELECT * FROM events WHERE stream = listed.stream AND version > coalesce(k.version, 0) OFFSET 0) e
  WHERE ${which}`;

/** What earlier audits have counted of the scope's pools; nothing where everything is counted anew. */
export const keptCounts = (scope: ScopeKind): string =>
  `SELECT * FROM audited_pools WHERE ${scope === 'whole' ? 'false' : `stream = ANY(${parameter.streams})`}`;

const amount = `(data -> 'price' ->> 'amount')::bigint`;

/** The sum of what each event does to a pool's claims and sales, for use over a window or a group. */
export const countOf = {
  claimed: `sum(CASE type WHEN 'TicketClaimed' THEN 1 WHEN 'TicketReleased' THEN -1 WHEN 'TicketBought' THEN -1 ELSE 0 END)`,
  sold: `sum(CASE type WHEN 'TicketBought' THEN 1 ELSE 0 END)`,
  capacity: `max(CASE type WHEN 'PoolCreated' THEN (data ->> 'capacity')::integer END)`,
} as const;

/** A row for each ticket that the pools tell of, since where the scope follows them: how often it was claimed, given back and bought. */
export const ticketFacts = (scope: ScopeKind): string => `
  SELECT data ->> 'ticketId' AS ticket_id, min(stream) AS stream, min(data ->> 'purchaseId') AS purchase_id,
    min(stream) <> max(stream) OR min(data ->> 'purchaseId') <> max(data ->> 'purchaseId') AS shared,
    count(*) FILTER (WHERE type = 'TicketClaimed') AS claims,
    count(*) FILTER (WHERE type = 'TicketReleased') AS releases,
    count(*) FILTER (WHERE type = 'TicketBought') AS purchases,
    min(version) FILTER (WHERE type = 'TicketClaimed') AS claimed_in,
    min(version) FILTER (WHERE type <> 'TicketClaimed') AS ended_in,
    min(recorded_at) FILTER (WHERE type <> 'TicketClaimed') AS ended_at,
    min(${amount}) FILTER (WHERE type = 'TicketClaimed') AS price,
    min(${amount}) FILTER (WHERE type = 'TicketBought') AS paid
  FROM (${scope === 'whole' ? poolEvents(scope) : `SELECT * FROM events WHERE position > ${parameter.ticketsAfter} AND stream LIKE 'pool-%'`}) e
  WHERE type IN ('TicketClaimed', 'TicketReleased', 'TicketBought')
  GROUP BY data ->> 'ticketId'`;

/** A row for each purchase of the scope. */
export const purchaseFacts = (scope: ScopeKind): string => `
  SELECT stream, substr(stream, length('purchase-') + 1) AS purchase_id,
    bool_or(type = 'TicketsReserved') AS reserved,
    count(*) FILTER (WHERE type = 'PurchaseConfirmed') AS confirmations,
    count(*) FILTER (WHERE type IN ('PurchaseExpired', 'PurchaseCancelled', 'PaymentFailed')) AS endings,
    max(data ->> 'paymentId') FILTER (WHERE type = 'PurchaseConfirmed') AS paid_by,
    max(data ->> 'paymentId') FILTER (WHERE type = 'PaymentRefunded') AS refund_of,
    max((data -> 'total' ->> 'amount')::bigint) FILTER (WHERE type = 'TicketsReserved') AS total,
    max(data -> 'total' ->> 'currency') FILTER (WHERE type = 'TicketsReserved') AS currency,
    max((data ->> 'expiresAt')::timestamptz) FILTER (WHERE type = 'TicketsReserved') AS expires_at,
    min(recorded_at) FILTER (WHERE type = 'TicketsReserved') AS reserved_at,
    min(recorded_at) FILTER (WHERE type IN ('PurchaseConfirmed', 'PurchaseExpired', 'PurchaseCancelled', 'PaymentFailed')) AS ended_at,
    CASE
      WHEN bool_or(type = 'PaymentRefunded') THEN 'refunded'
      WHEN bool_or(type = 'PurchaseConfirmed') THEN 'confirmed'
      WHEN bool_or(type = 'PurchaseExpired') THEN 'expired'
      WHEN bool_or(type = 'PurchaseCancelled') THEN 'cancelled'
      WHEN bool_or(type = 'PaymentFailed') THEN 'payment-failed'
      WHEN bool_or(type = 'TicketsReserved') THEN 'open'
      WHEN bool_or(type = 'PurchaseRejected') THEN 'rejected'
      ELSE 'never reserved'
    END AS status
  FROM (${purchaseEvents(scope)}) e
  GROUP BY stream`;

/** A row for each ticket that a purchase of the scope was promised. */
export const reservedTickets = (scope: ScopeKind): string => `
  SELECT substr(e.stream, length('purchase-') + 1) AS purchase_id, 'pool-' || (item ->> 'pool') AS pool,
    ticket ->> 'id' AS ticket_id, (ticket -> 'price' ->> 'amount')::bigint AS price
  FROM (${purchaseEvents(scope)}) e
  CROSS JOIN LATERAL jsonb_array_elements(e.data -> 'items') AS item
  CROSS JOIN LATERAL jsonb_array_elements(item -> 'tickets') AS ticket
  WHERE e.type = 'TicketsReserved'`;
