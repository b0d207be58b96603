import { eventsOfKind } from './facts';

/** Payments that purchases of the scope have begun, by the purchase's stream. */
export const startedPayments = (scope: 'whole' | 'listed'): string => `
  SELECT stream, (data ->> 'paymentId')::uuid AS payment_id
  FROM (${eventsOfKind('purchase', scope)}) e WHERE type = 'PaymentStarted'`;

/**
 * What the provider's own ledger says of each payment. Where streams are listed, of the payments that they name: a
 * payment that no purchase knows of is found by an audit of the whole.
 */
export const ledgerPayments = (scope: 'whole' | 'listed'): string => `
  SELECT p.payment_id, p.purchase_id::text AS purchase_id, p.status AS provider_status,
    count(*) FILTER (WHERE l.kind = 'capture') AS captures,
    count(*) FILTER (WHERE l.kind = 'refund') AS refunds,
    coalesce(sum(l.amount) FILTER (WHERE l.kind = 'capture'), 0) AS taken,
    coalesce(sum(l.amount) FILTER (WHERE l.kind = 'refund'), 0) AS given_back,
    min(l.currency) AS money, min(l.currency) <> max(l.currency) AS mixed,
    max(l.recorded_at) FILTER (WHERE l.kind = 'capture') AS captured_at
  FROM payment_simulator.payments p LEFT JOIN payment_simulator.ledger l USING (payment_id)
  ${scope === 'whole' ? '' : `WHERE p.payment_id IN (${paymentsNamed})`}
  GROUP BY p.payment_id`;

const paymentsNamed = `
  SELECT (data ->> 'paymentId')::uuid FROM (${eventsOfKind('purchase', 'listed')}) e
  WHERE type IN ('PaymentStarted', 'PurchaseConfirmed', 'PaymentRefunded')`;
