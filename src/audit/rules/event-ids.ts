import { eventsOf } from '../facts';
import type { Rule } from '../rule';

export const eventIds: Rule = {
  id: 'event-ids',
  number: 4,
  name: 'event ids are unique',
  sql: (scope) => ({
    facts: {
      id: `
        SELECT event_id, count(*) AS times, min(stream) AS stream FROM events
        ${scope === 'whole' ? '' : `WHERE event_id IN (SELECT event_id FROM (${eventsOf(scope)}) e)`}
        GROUP BY event_id`,
    },
    counted: { 'event ids': 'SELECT count(*) FROM id' },
    broken: `SELECT stream, format('event id %s appears %s times', event_id, times) AS sentence FROM id WHERE times > 1`,
  }),
};
