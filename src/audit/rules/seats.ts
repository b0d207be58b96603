import { claimsOf, keptCounts, poolEvents, poolsWith, seatsOf } from '../facts';
import type { Rule } from '../rule';

/** A seat's row is what stands before the last `-` of its label. */
const rowOf = (label: string) => `regexp_replace(${label}, '-?[^-]*$', '')`;
const seatOf = (label: string) => `substring(${label} FROM '[^-]*$')`;

/** Whether a row, as the pool was made with it, has the seat of this label. */
const isIn = (row: string, label: string) => `
  CASE WHEN ${row} ? 'seats' THEN ${row} -> 'seats' ? ${seatOf(label)}
    WHEN ${seatOf(label)} ~ '^(0|[1-9][0-9]{0,8})$'
      THEN ${seatOf(label)}::integer BETWEEN (${row} ->> 'first')::integer AND (${row} ->> 'last')::integer
    ELSE false END`;

/**
 * After every event of a numbered pool each seat is available, or withheld, or held or bought by one ticket; and it is one
 * of those that the pool was made with. Of what changed, what is withheld is known from the pool's first event,
 * and claims as far back as tickets are followed: a seat sold twice with a longer time between is found when
 * everything is audited.
 */
export const seats: Rule = {
  id: 'seats',
  number: 1,
  name: 'no seat has two tickets, or one while it is withheld',
  foundOnce: true,
  sql: (scope) => ({
    facts: {
      kept: keptCounts(scope),
      numbered: poolsWith('rows', scope),
      claim: claimsOf('numbered', scope),
      turn: `
        SELECT e.stream, e.version, CASE e.type WHEN 'TicketsWithheld' THEN 1 ELSE -1 END AS change, e.data
        FROM (${poolEvents(scope)}) e JOIN numbered USING (stream) WHERE e.type IN ('TicketsWithheld', 'TicketsGivenBack')`,
      moved: `
        SELECT stream, seat, version, change AS claimed, 0 AS withheld FROM claim WHERE seat IS NOT NULL
        UNION ALL
        SELECT stream, seat, version, 0, change FROM turn CROSS JOIN LATERAL ${seatsOf('data')}
        UNION ALL
        SELECT stream, seat, version, 0, 1 FROM kept CROSS JOIN LATERAL jsonb_array_elements_text(withheld_seats) AS seat`,
      so_far: `
        SELECT stream, seat, version, sum(claimed) OVER w AS claimed, sum(withheld) OVER w AS withheld
        FROM moved WINDOW w AS (PARTITION BY stream, seat ORDER BY version ROWS UNBOUNDED PRECEDING)`,
      twice: `
        SELECT DISTINCT ON (stream, seat) * FROM so_far
        WHERE claimed > 1 OR withheld < 0 OR claimed + withheld > 1 ORDER BY stream, seat, version`,
      seat: 'SELECT DISTINCT stream, seat FROM moved',
      seat_row: `
        SELECT stream, seat_row ->> 'row' AS name, seat_row FROM numbered CROSS JOIN LATERAL jsonb_array_elements(setting) AS seat_row`,
    },
    counted: {
      seats: 'SELECT count(*) FROM seat',
      'numbered pools': 'SELECT count(*) FROM numbered',
    },
    broken: `
      SELECT stream, format('seat %s of %s has %s tickets and is withheld %s times at version %s', seat, stream, claimed, withheld, version) AS sentence
      FROM twice
      UNION ALL
      SELECT s.stream, format('%s has no seat %s', s.stream, s.seat)
      FROM seat s LEFT JOIN seat_row r ON r.stream = s.stream AND r.name = ${rowOf('s.seat')}
      WHERE r.stream IS NULL OR NOT (${isIn('r.seat_row', 's.seat')})
      UNION ALL
      SELECT stream, format('ticket %s of %s is claimed without a seat', ticket_id, stream) FROM claim WHERE change = 1 AND seat IS NULL
      UNION ALL
      SELECT stream, format('%s turns %s tickets at version %s and names %s seats', stream, data ->> 'quantity', version, named)
      FROM (SELECT *, jsonb_array_length(coalesce(data -> 'seats', '[]')) AS named FROM turn) t
      WHERE (data ->> 'quantity')::bigint <> named`,
  }),
};
