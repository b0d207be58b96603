import { purchaseFacts } from './facts';
import { startedPayments } from './ledger';
import { parameter, type ScopeKind } from './rule';

/**
 * The streams of purchases that time alone can bring into breach: still open, or ended with a payment begun whose money
 * has neither been refunded nor certainly never moved.
 */
export const unsettledPurchases = (scope: ScopeKind): string => `
  WITH asked AS (SELECT ${parameter.streams}),
  purchase AS (${purchaseFacts(scope)}),
  started AS (${startedPayments(scope)})
  SELECT stream FROM purchase p
  WHERE (reserved AND confirmations + endings = 0) OR EXISTS (
    SELECT FROM started s LEFT JOIN payment_simulator.payments y USING (payment_id)
    WHERE s.stream = p.stream AND s.payment_id::text IS DISTINCT FROM p.paid_by
      AND coalesce(y.status, 'pending') IN ('pending', 'captured'))`;
