import { fromTheFirst } from '../facts';
import type { Rule } from '../rule';

/** Every booking with the version at which it ends, which is none while it holds. */
const bookings = `
  SELECT stream, version, data ->> 'show' AS show, (data ->> 'from')::timestamptz AS begins, (data ->> 'until')::timestamptz AS ends, type,
    lead(version) OVER by_show AS ended_in, coalesce(lag(type) OVER by_show, '') AS before
  FROM venue_event WINDOW by_show AS (PARTITION BY stream, data ->> 'show' ORDER BY version)`;

/** The times that shows need, of which each that is not cancelled has its own. */
const needs = `
  SELECT DISTINCT ON (stream) stream, substr(stream, length('show-') + 1) AS show, (data ->> 'startsAt')::timestamptz AS begins,
    (data ->> 'startsAt')::timestamptz + make_interval(mins => (data ->> 'durationMinutes')::integer + (data ->> 'turnaroundMinutes')::integer) AS ends
  FROM show_event s
  WHERE type IN ('ShowDrafted', 'ShowChanged')
    AND NOT EXISTS (SELECT FROM show_event c WHERE c.stream = s.stream AND c.type = 'ShowCancelled')
  ORDER BY stream, version DESC`;

/**
 * After every event of a venue no two shows have it at the same time. Where everything is audited, each show has one venue
 * for its whole time until it is cancelled, and nothing else is booked.
 */
export const venues: Rule = {
  id: 'venues',
  number: 6,
  name: 'no two shows have a venue at the same time',
  sql: (scope) => ({
    facts: {
      venue_event: fromTheFirst('venue', scope),
      show_event: scope === 'whole' ? fromTheFirst('show', scope) : `SELECT * FROM events WHERE false`,
      booking: bookings,
      // Only bookings of the same day are compared: a venue may have very many.
      on_day: `
        SELECT b.*, day FROM booking b
        CROSS JOIN LATERAL generate_series(date_trunc('day', begins, 'UTC'), ends, interval '1 day') AS day
        WHERE type = 'VenueBooked'`,
      overlap: `
        SELECT DISTINCT one.stream, one.show AS one, other.show AS other, other.version
        FROM on_day one JOIN on_day other USING (stream, day)
        WHERE one.version < other.version AND (one.ended_in IS NULL OR one.ended_in > other.version) AND one.show <> other.show
          AND one.begins < other.ends AND other.begins < one.ends`,
      held: `SELECT show, begins, ends, stream FROM booking WHERE type = 'VenueBooked' AND ended_in IS NULL`,
      need: needs,
      compared:
        scope === 'whole'
          ? `SELECT coalesce(n.stream, h.stream) AS stream, coalesce(n.show, h.show) AS show, n.show IS NOT NULL AS needed, count(h.stream) AS venues
             FROM need n FULL JOIN held h USING (show, begins, ends) GROUP BY 1, 2, 3`
          : `SELECT '' AS stream, '' AS show, true AS needed, 1 AS venues WHERE false`,
    },
    counted: {
      bookings: `SELECT count(*) FROM booking WHERE type = 'VenueBooked'`,
      'in force': 'SELECT count(*) FROM held',
    },
    broken: `
      SELECT stream, format('%s is booked for %s and for %s at the same time, at version %s', stream, one, other, version) AS sentence
      FROM overlap
      UNION ALL
      SELECT stream, format('%s is freed of %s at version %s, which has it not', stream, show, version)
      FROM booking WHERE type = 'VenueFreed' AND before <> 'VenueBooked'
      UNION ALL
      SELECT stream, CASE WHEN needed THEN format('show %s has %s venues for its time', show, venues)
        ELSE format('%s is booked for %s at a time that it does not need', stream, show) END
      FROM compared WHERE NOT needed OR venues <> 1`,
  }),
};
