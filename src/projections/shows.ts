import type { ClientBase, Pool as Database } from 'pg';
import { evolveShow, type Show, type ShowStatus, sameVenue, showCodec, showStream } from '../domain';
import { readStreams } from '../store';
import { type Folded, folding } from './folded';
import type { Projection } from './projection';
import { searchFor, wordsOf } from './words';

/** A show as its events left it, up to `position`. */
export interface ShowView extends Show {
  position: number;
  createdAt: Date;
  updatedAt: Date;
}

const fold = folding(showCodec, evolveShow);

interface Row {
  name: string;
  version: number;
  position: number;
  status: ShowStatus;
  details: Omit<Show, 'name' | 'status'>;
  created_at: Date;
  updated_at: Date;
}

const columns = 'name, version, position::float8, status, details, created_at, updated_at';

function folded({ name, version, position, status, details, created_at, updated_at }: Row): Folded<Show> {
  return {
    state: { ...details, name, status },
    version,
    position,
    createdAt: created_at,
    updatedAt: updated_at,
  };
}

async function rowsOf(connection: Database | ClientBase, table: string, names: readonly string[]) {
  if (names.length === 0) return new Map<string, Folded<Show>>();
  const { rows } = await connection.query<Row>({
    name: `${table}-by-name`,
    text: `SELECT ${columns} FROM ${table} WHERE name = ANY($1)`,
    values: [names],
  });
  return new Map(rows.map((row) => [row.name, folded(row)]));
}

const nameOf = (stream: string) => stream.slice(showStream('').length);

/** What a search looks at. */
const textOf = ({ title, description = '', venue }: Show) => `${title} ${description} ${venue}`;

/** Every show as its events left it. */
export const shows: Projection = {
  name: 'shows',
  tables: ['shows'],
  events: showCodec.types,
  async apply(events, { connection, table }) {
    const known = new Set(events.map(({ stream }) => nameOf(stream)));
    const changed = await rowsOf(connection, table('shows'), [...known]);
    for (const event of events) changed.set(nameOf(event.stream), fold(changed.get(nameOf(event.stream)), event));
    const all = [...changed.values()];
    await connection.query(
      `INSERT INTO ${table('shows')} AS s
         (name, version, position, status, promoter, published, venue, starts_at, details, words, created_at, updated_at)
       SELECT name, version, position, status, promoter, published, venue, starts_at, details,
         array_to_tsvector(ARRAY(SELECT jsonb_array_elements_text(words))), created_at, updated_at
       FROM ROWS FROM (unnest($1::text[], $2::integer[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
           $8::timestamptz[], $9::timestamptz[], $12::boolean[]), jsonb_array_elements($10::jsonb), jsonb_array_elements($11::jsonb))
         AS u (name, version, position, status, promoter, venue, starts_at, created_at, updated_at, published, details, words)
       ON CONFLICT (name) DO UPDATE SET version = excluded.version, position = excluded.position, status = excluded.status,
         published = excluded.published, venue = excluded.venue, starts_at = excluded.starts_at, details = excluded.details, words = excluded.words,
         updated_at = excluded.updated_at`,
      [
        all.map(({ state }) => state.name),
        all.map(({ version }) => version),
        all.map(({ position }) => position),
        all.map(({ state }) => state.status),
        all.map(({ state }) => state.promoter),
        all.map(({ state }) => sameVenue(state.venue)),
        all.map(({ state }) => state.startsAt),
        all.map(({ createdAt }) => createdAt),
        all.map(({ updatedAt }) => updatedAt),
        JSON.stringify(all.map(({ state: { name: _, status: __, ...details } }) => details)),
        JSON.stringify(all.map(({ state }) => wordsOf(textOf(state)))),
        all.map(({ state }) => state.published),
      ],
    );
  },
};

const view = ({ state, position, createdAt, updatedAt }: Folded<Show>): ShowView => ({
  ...state,
  position,
  createdAt,
  updatedAt,
});

/** The show as of now: its row, and whatever was committed after it. */
export async function showNamed(database: Database, name: string): Promise<ShowView | undefined> {
  const row = (await rowsOf(database, 'shows', [name])).get(name);
  const missed = await readStreams(database, [{ stream: showStream(name), after: row?.version ?? 0 }]);
  const show = missed.reduce(fold, row);
  return show && view(show);
}

export interface ShowPage {
  /** Shows that start at this instant or later, and before that one. */
  from?: string | undefined;
  to?: string | undefined;
  venue?: string | undefined;
  /** Every word of it begins a word of the show's title, description or venue. */
  text?: string | undefined;
  status?: ShowStatus | undefined;
  /** Whose shows that never were published are among them: those of one promoter, all, or none. */
  drafts: { of: string } | 'all' | 'none';
  /** Shows that come after the one with this start and name. */
  after?: { startsAt: string; name: string } | undefined;
  limit: number;
}

/** Shows in the order of their start, then of their names. */
export async function listShows(database: Database, page: ShowPage): Promise<ShowView[]> {
  const { from, to, venue, text, status, drafts, after, limit } = page;
  const search = text === undefined ? undefined : searchFor(text);
  if (text !== undefined && search === undefined) return [];
  const { rows } = await database.query<Row>(
    `SELECT ${columns} FROM shows
     WHERE ($1::timestamptz IS NULL OR starts_at >= $1) AND ($2::timestamptz IS NULL OR starts_at < $2)
       AND ($3::text IS NULL OR venue = $3) AND ($4::tsquery IS NULL OR words @@ $4)
       AND ($5::text IS NULL OR status = $5) AND (published OR $6 OR promoter = $7)
       AND ($8::timestamptz IS NULL OR (starts_at, name) > ($8, $9 COLLATE "C"))
     ORDER BY starts_at, name LIMIT $10`,
    [
      from ?? null,
      to ?? null,
      venue === undefined ? null : sameVenue(venue),
      search ?? null,
      status ?? null,
      drafts === 'all',
      typeof drafts === 'object' ? drafts.of : null,
      after?.startsAt ?? null,
      after?.name ?? null,
      limit,
    ],
  );
  return rows.map((row) => view(folded(row)));
}
