import { append, readStream } from '../../src/store';
import { newEvents, type OpenStore, openStore } from '../support/event-store';

describe('stored events', () => {
  let store: OpenStore;
  beforeAll(async () => {
    store = await openStore();
    await append(store.database, [{ stream: 'kept', expected: 'none', events: newEvents(3) }]);
  });
  afterAll(() => store.close());

  it.each([
    `UPDATE events SET data = '{}'`,
    'UPDATE events SET version = version WHERE false',
    `INSERT INTO events (stream, version, event_id, type, schema_version, data, metadata)
     SELECT stream, version, event_id, 'Forged', 1, '{}', '{}' FROM events ON CONFLICT (event_id) DO UPDATE SET type = 'Forged'`,
    `DELETE FROM events WHERE stream = 'kept'`,
    'TRUNCATE events',
    'TRUNCATE events, streams CASCADE',
  ])('are not changed by %p, even of their owner', async (statement) => {
    const before = await readStream(store.database, 'kept');
    await expect(store.database.query(statement)).rejects.toMatchObject({ code: 'BX003' });
    expect(await readStream(store.database, 'kept')).toEqual(before);
  });
});
