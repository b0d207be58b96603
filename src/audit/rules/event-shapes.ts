import { cartCodec, poolCodec, purchaseCodec, showCodec, venueCodec } from '../../domain';
import { eventsOf, versionsRead } from '../facts';
import type { Rule } from '../rule';

const codecs = { pool: poolCodec, purchase: purchaseCodec, show: showCodec, venue: venueCodec, cart: cartCodec };

/** The versions of its schema in which each type is understood, as rows of SQL; of a type that no rule reads, all. */
const understood = Object.entries(codecs).flatMap(([kind, codec]) =>
  codec.types.flatMap((type) => {
    const versions = versionsRead[type] ?? Array.from({ length: codec.versionOf(type) }, (_, index) => index + 1);
    return versions.map((version) => `('${kind}', '${type}', ${version})`);
  }),
);

/** No event is of a type or a version that the other rules would read wrongly or not at all. */
export const eventShapes: Rule = {
  id: 'event-shapes',
  number: 4,
  name: 'every event is of a type and version that is read',
  sql: (scope) => ({
    facts: {
      understood: `SELECT * FROM (VALUES ${understood.join(', ')}) AS known (kind, type, version)`,
      met: `
        SELECT split_part(stream, '-', 1) AS kind, type, schema_version, count(*) AS events, min(stream) AS stream
        FROM (${eventsOf(scope)}) e GROUP BY 1, 2, 3`,
    },
    counted: { 'types and versions': 'SELECT count(*) FROM met', events: 'SELECT coalesce(sum(events), 0) FROM met' },
    broken: `
      SELECT m.stream, format('%s events %s of version %s cannot be read, one in %s', m.events, m.type, m.schema_version, m.stream) AS sentence
      FROM met m LEFT JOIN understood u ON u.kind = m.kind AND u.type = m.type AND u.version = m.schema_version
      WHERE u.type IS NULL AND m.kind IN (SELECT kind FROM understood)`,
  }),
};
