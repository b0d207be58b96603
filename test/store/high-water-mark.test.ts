import { Client, type ClientBase } from 'pg';
import { append, HighWaterMark, lastPosition } from '../../src/store';
import { newEvents, type OpenStore, oneTo, openStore } from '../support/event-store';
import { eventually } from '../support/eventually';

/** Looks on its own for whatever a listener would have been told. */
const unheard = { onCommit: () => () => undefined };

describe('the high-water mark', () => {
  let store: OpenStore;
  let mark: HighWaterMark;
  const errors: Error[] = [];
  const opened: Client[] = [];
  beforeAll(async () => {
    store = await openStore();
  });
  beforeEach(() => {
    mark = new HighWaterMark(store.database, unheard, (error) => errors.push(error));
    mark.start();
  });
  afterEach(async () => {
    await mark.stop();
    for (const client of opened.splice(0)) await client.end();
    expect(errors.splice(0)).toEqual([]);
  });
  afterAll(() => store.close());

  const add = (connection: ClientBase | OpenStore['database'], stream: string, count = 1) =>
    append(connection, [{ stream, expected: 'any', events: newEvents(count) }]);
  /** An append that has taken its position and is not committed. */
  async function openAppend(stream: string, url = store.url): Promise<{ position: number; client: Client }> {
    const client = new Client({ connectionString: url });
    opened.push(client);
    await client.connect();
    await client.query('BEGIN');
    const [head] = await add(client, stream);
    return { position: head?.position ?? 0, client };
  }
  const reached = (position: number) => eventually(() => mark.position >= position);

  it('is where the last event is when nothing is being written', async () => {
    await add(store.database, 'a', 3);
    expect(await mark.current()).toBe(await lastPosition(store.database));
  });

  it('stays below an append that took its position first, until that is committed last', async () => {
    await mark.current();
    const { position, client } = await openAppend('slow');
    const later = await Promise.all(oneTo(20).map((nth) => add(store.database, `fast-${nth}`)));
    const highest = await lastPosition(store.database);
    expect(later.length).toBe(20);
    expect(highest).toBeGreaterThan(position);
    await reached(position - 1);
    // A reader that is not told of the hole would be past it by now.
    const other = new HighWaterMark(store.database, unheard, (error) => errors.push(error));
    other.start();
    await eventually(async () => (await holders()) > 0);
    expect([mark.position, other.position].every((each) => each < position)).toBe(true);
    await client.query('COMMIT');
    await reached(highest);
    expect(await other.current()).toBe(highest);
    await other.stop();
  });

  it('passes the hole that an append leaves which is rolled back', async () => {
    const { position, client } = await openAppend('regretted');
    await add(store.database, 'next');
    const highest = await lastPosition(store.database);
    await client.query('ROLLBACK');
    await reached(highest);
    expect(highest).toBeGreaterThan(position);
  });

  it('passes a hole once every append of that moment has ended, however it ends', async () => {
    const first = await openAppend('first');
    await add(store.database, 'between');
    const second = await openAppend('second');
    await add(store.database, 'last');
    const highest = await lastPosition(store.database);
    await first.client.query('ROLLBACK');
    expect(mark.position).toBeLessThan(second.position);
    await second.client.query('COMMIT');
    await reached(highest);
  });

  it('never waits for a long write in another database of the server, nor one of other tables', async () => {
    const elsewhere = await openStore();
    const { client } = await openAppend('long', elsewhere.url);
    const here = new Client({ connectionString: store.url });
    opened.push(here);
    await here.connect();
    await here.query("BEGIN; CREATE TABLE unrelated (); INSERT INTO streams VALUES ('unrelated', 1)");
    for (const nth of oneTo(5)) {
      await (await openAppend(`rolled-back-${nth}`)).client.query('ROLLBACK');
      await add(store.database, `beside-${nth}`);
      await reached(await lastPosition(store.database));
    }
    await client.query('ROLLBACK');
    await client.end();
    opened.splice(opened.indexOf(client), 1);
    await elsewhere.close();
  });

  it('goes back where the store has lost events, and never past those that take their place', async () => {
    await add(store.database, 'kept');
    const last = await lastPosition(store.database);
    await add(store.database, 'lost', 20);
    await mark.current();
    const next = "SELECT pg_get_serial_sequence('events', 'position')";
    await store.database.query(`ALTER TABLE events DISABLE TRIGGER events_are_immutable;
      DELETE FROM events WHERE stream = 'lost'; DELETE FROM streams WHERE stream = 'lost';
      ALTER TABLE events ENABLE TRIGGER events_are_immutable; SELECT setval((${next}), ${last})`);
    await eventually(() => mark.position === last);
    const { position, client } = await openAppend('slow');
    await add(store.database, 'fast', 5);
    expect(position).toBe(last + 1);
    await reached(last);
    expect(mark.position).toBe(last);
    await client.query('COMMIT');
    await reached(last + 6);
  });

  it('never holds up a writer', async () => {
    const { client } = await openAppend('open');
    await add(store.database, 'beside');
    await eventually(async () => (await holders()) > 0);
    const { rows } = await store.database.query<{ waiting: number }>(
      "SELECT count(*)::integer AS waiting FROM pg_locks WHERE locktype = 'advisory' AND objid = 842001 AND NOT granted",
    );
    expect(rows).toEqual([{ waiting: 0 }]);
    await client.query('COMMIT');
  });

  it('is never beyond a position that becomes visible later, whatever many writers do', async () => {
    await mark.current();
    const seen = new Set<number>();
    const missed: number[] = [];
    let going = true;
    let checked = mark.position;
    const reader = (async () => {
      while (going) {
        const top = mark.position;
        const { rows } = await store.database.query<{ position: number }>(
          'SELECT position::float8 FROM events WHERE position > $1 AND position <= $2',
          [checked, top],
        );
        for (const { position } of rows) seen.add(position);
        checked = top;
      }
    })();
    const from = checked;
    await Promise.all(
      oneTo(6).map(async (writer) => {
        const client = new Client({ connectionString: store.url });
        await client.connect();
        for (const nth of oneTo(60)) {
          await client.query('BEGIN');
          await add(client, `writer-${writer}`);
          await client.query(nth % 5 === 0 ? 'ROLLBACK' : 'COMMIT');
        }
        await client.end();
      }),
    );
    const end = await mark.current();
    await eventually(() => checked >= end);
    going = false;
    await reader;
    const { rows } = await store.database.query<{ position: number }>(
      'SELECT position::float8 FROM events WHERE position > $1',
      [from],
    );
    for (const { position } of rows) if (!seen.has(position)) missed.push(position);
    expect(rows.length).toBe(6 * 48);
    expect(missed).toEqual([]);
  });

  async function holders(): Promise<number> {
    const { rows } = await store.database.query<{ count: number }>(
      "SELECT count(*)::integer FROM pg_locks WHERE locktype = 'advisory' AND objid = 842001 AND granted",
    );
    return rows[0]?.count ?? 0;
  }
});
