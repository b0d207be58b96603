import { parameter, type ScopeKind } from './rule';

/** Kinds of streams whose events the rules read. */
export const streamKinds = ['pool', 'purchase', 'show', 'venue', 'cart'] as const;

/**
 * The types of events whose data the rules read, with the versions of their schema that the SQL here reads alike:
 * another one is told as a breach until it is read as well.
 */
export const versionsRead: Readonly<Record<string, readonly number[]>> = {
  PoolCreated: [1, 2, 3],
  PoolRepriced: [1, 2],
  PoolCancelled: [1],
  TicketsWithheld: [1],
  TicketsGivenBack: [1],
  TicketClaimed: [1],
  TicketReleased: [1],
  TicketBought: [1],
  TicketsReserved: [1, 2],
  PurchaseRejected: [1, 2],
  PaymentStarted: [1],
  PurchaseConfirmed: [1],
  PaymentRefunded: [1],
  ShowDrafted: [1, 2],
  ShowChanged: [1, 2],
  VenueBooked: [1],
  VenueFreed: [1],
  CartCreated: [1, 2],
  CheckedOut: [1],
};

/** The events of the scope's purchases, each from its first. */
export const purchaseEvents = (scope: ScopeKind): string =>
  scope === 'whole' ? `SELECT * FROM events WHERE stream LIKE 'purchase-%'` : fromTheFirst('purchase', scope);

/** The events of the scope's streams of a kind of which there are few, each from its first. */
export const fromTheFirst = (kind: (typeof streamKinds)[number], scope: ScopeKind): string =>
  `SELECT e.* FROM ${streamsOf(scope)} AS listed (stream) JOIN events e USING (stream) WHERE listed.stream LIKE '${kind}-%'`;

const streamsOf = (scope: ScopeKind) =>
  scope === 'whole' ? '(SELECT stream FROM streams)' : `unnest(${parameter.streams})`;

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

/** The pools of the scope that were made with this setting, and with what. */
export const poolsWith = (setting: 'rows' | 'maxPerCustomer' | 'show', scope: ScopeKind): string => `
  SELECT e.stream, e.data -> '${setting}' AS setting
  FROM ${streamsOf(scope)} AS listed (stream) JOIN events e ON e.stream = listed.stream AND e.version = 1
  WHERE listed.stream LIKE 'pool-%' AND e.type = 'PoolCreated' AND e.data ? '${setting}'`;

/**
 * What became of the claims of the pools in `named`, by seat and customer: a row for each claim and each release of it.
 * Of what changed, it is the claims that are followed: of those before, nothing is known.
 */
export const claimsOf = (named: string, scope: ScopeKind): string => `
  WITH told AS (
    SELECT e.stream, e.version, e.type, e.data ->> 'ticketId' AS ticket_id, e.data ->> 'seat' AS seat,
      e.data ->> 'customerId' AS customer, e.data ->> 'shop' AS shop
    FROM ${named} n JOIN events e USING (stream)
    WHERE e.type IN ('TicketClaimed', 'TicketReleased') ${scope === 'whole' ? '' : `AND e.position > ${parameter.ticketsAfter}`})
  SELECT stream, version, ticket_id, seat, customer, shop, 1 AS change FROM told WHERE type = 'TicketClaimed'
  UNION ALL
  SELECT r.stream, r.version, ticket_id, c.seat, c.customer, c.shop, -1
  FROM told r JOIN told c USING (stream, ticket_id) WHERE r.type = 'TicketReleased' AND c.type = 'TicketClaimed'`;

const amount = `(data -> 'price' ->> 'amount')::bigint`;

/** The sum of what each event does to a pool's claims, its sales and what is withheld, for use over a window or a group. */
export const countOf = {
  claimed: `sum(CASE type WHEN 'TicketClaimed' THEN 1 WHEN 'TicketReleased' THEN -1 WHEN 'TicketBought' THEN -1 ELSE 0 END)`,
  sold: `sum(CASE type WHEN 'TicketBought' THEN 1 ELSE 0 END)`,
  withheld: `sum(CASE type WHEN 'TicketsWithheld' THEN (data ->> 'quantity')::bigint WHEN 'TicketsGivenBack' THEN -(data ->> 'quantity')::bigint ELSE 0 END)`,
  capacity: `max(CASE type WHEN 'PoolCreated' THEN (data ->> 'capacity')::integer END)`,
} as const;

/** The seats that an event withholds or gives back, a row for each; none in a pool without numbers. */
export const seatsOf = (data: string) => `jsonb_array_elements_text(coalesce(${data} -> 'seats', '[]')) AS seat`;

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
    min(data ->> 'seat') FILTER (WHERE type = 'TicketClaimed') AS seat,
    min(data ->> 'customerId') FILTER (WHERE type = 'TicketClaimed') AS customer,
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
      WHEN bool_or(type = 'PurchaseConfirmed') THEN 'confirmed'
      WHEN bool_or(type = 'PaymentRefunded') THEN 'refunded'
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
    ticket ->> 'id' AS ticket_id, (ticket -> 'price' ->> 'amount')::bigint AS price, ticket ->> 'seat' AS seat,
    e.data ->> 'customerId' AS customer
  FROM (${purchaseEvents(scope)}) e
  CROSS JOIN LATERAL jsonb_array_elements(e.data -> 'items') AS item
  CROSS JOIN LATERAL jsonb_array_elements(item -> 'tickets') AS ticket
  WHERE e.type = 'TicketsReserved'`;
