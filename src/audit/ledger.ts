import { purchaseEvents } from './facts';
import type { ScopeKind } from './rule';

/** Payments that purchases of the scope have begun, by the purchase's stream. */
export const startedPayments = (scope: ScopeKind): string => `
  SELECT stream, (data ->> 'paymentId')::uuid AS payment_id
  FROM (${purchaseEvents(scope)}) e WHERE type = 'PaymentStarted'`;

/**
 * What the provider's own ledger says of each payment. Of what changed, it is the payments that
 * purchases name: one that no purchase knows of is found when everything is audited.
 */
export const ledgerPayments = (scope: ScopeKind): string => `
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
  SELECT (data ->> 'paymentId')::uuid FROM (${purchaseEvents('changes')}) e
  WHERE type IN ('PaymentStarted', 'PurchaseConfirmed', 'PaymentRefunded')`;
