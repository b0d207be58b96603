import { fromTheFirst } from '../facts';
import type { Rule } from '../rule';

/** Of what changed only pools that are shown as cancelled are read from their first event; that they are shown so is another check. */
const shownAsCancelled = `AND EXISTS (SELECT FROM availability a WHERE e.stream = 'pool-' || a.pool AND a.status = 'cancelled')`;

/** The cancellation ends the sale for open holds too. */
export const cancelledPools: Rule = {
  id: 'cancelled-pools',
  number: 2,
  name: 'nothing is bought of a cancelled pool',
  sql: (scope) => ({
    facts: {
      cancelled: `
        SELECT e.stream, min(e.version) AS version
        FROM (${fromTheFirst('pool', scope)}) e
        WHERE e.type = 'PoolCancelled' ${scope === 'whole' ? '' : shownAsCancelled} GROUP BY e.stream`,
      late: `
        SELECT c.stream, e.data ->> 'ticketId' AS ticket_id, e.data ->> 'purchaseId' AS purchase_id
        FROM cancelled c JOIN events e ON e.stream = c.stream AND e.version > c.version
        WHERE e.type = 'TicketBought'`,
    },
    counted: { 'cancelled pools': 'SELECT count(*) FROM cancelled' },
    broken: `
      SELECT stream, format('ticket %s of %s was bought for %s after it was cancelled', ticket_id, stream, purchase_id) AS sentence
      FROM late`,
  }),
};
