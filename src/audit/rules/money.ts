import { purchaseFacts } from '../facts';
import { ledgerPayments } from '../ledger';
import { parameter, type Rule } from '../rule';

/** Every captured payment pays for a confirmed purchase or is refunded, never both; what was taken is what was owed. */
export const money: Rule = {
  id: 'money',
  number: 2,
  name: 'captured money has its tickets or its refund',
  sql: (scope) => ({
    facts: {
      purchase: purchaseFacts(scope),
      payment: ledgerPayments(scope),
      captured: `
        SELECT y.*, p.total, p.currency, coalesce(p.confirmations > 0 AND p.paid_by = y.payment_id::text, false) AS kept,
          format('payment %s of %s (%s)', y.payment_id, y.purchase_id, coalesce(p.status, 'unknown')) AS who
        FROM payment y LEFT JOIN purchase p USING (purchase_id) WHERE y.captures > 0`,
      payer: 'SELECT purchase_id, count(*) FILTER (WHERE refunds = 0) AS payments FROM captured GROUP BY purchase_id',
      breach: `
        SELECT purchase_id, format('%s was captured %s and refunded %s times', who, captures, refunds) AS sentence
        FROM captured WHERE captures > 1 OR refunds > 1
        UNION ALL
        SELECT purchase_id, format('%s has both its tickets and a refund', who) FROM captured WHERE kept AND refunds > 0
        UNION ALL
        SELECT purchase_id, format('%s has neither tickets nor a refund', who)
        FROM captured
        WHERE NOT kept AND refunds = 0 AND captured_at <= now() - make_interval(secs => ${parameter.settleSeconds})
        UNION ALL
        SELECT purchase_id, format('%s took %s %s and gave back %s, where %s %s were owed', who, taken, money, given_back, total, currency)
        FROM captured
        WHERE taken <> captures * total OR money <> currency OR mixed OR (refunds > 0 AND given_back <> taken)
        UNION ALL
        SELECT purchase_id, format('%s was captured by %s payments', purchase_id, payments) FROM payer WHERE payments > 1
        UNION ALL
        SELECT purchase_id, format('%s paid nothing', purchase_id)
        FROM purchase p WHERE confirmations > 0 AND NOT EXISTS (SELECT FROM payer WHERE payer.purchase_id = p.purchase_id)
        UNION ALL
        SELECT p.purchase_id, format('the refund of payment %s of %s is recorded and was never made', p.refund_of, p.purchase_id)
        FROM purchase p LEFT JOIN payment y ON y.payment_id::text = p.refund_of
        WHERE p.refund_of IS NOT NULL AND coalesce(y.refunds, 0) = 0`,
    },
    counted: {
      'captured payments': 'SELECT count(*) FROM captured',
      refunds: 'SELECT coalesce(sum(refunds), 0) FROM captured',
      'still settling': 'SELECT count(*) FROM captured WHERE NOT kept AND refunds = 0',
    },
    broken: `SELECT 'purchase-' || purchase_id AS stream, sentence FROM breach`,
  }),
};
