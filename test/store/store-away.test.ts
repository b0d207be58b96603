import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { append, connect, readStream, StoreUnavailable } from '../../src/store';
import { createLedger, purchaseOf } from '../support/box-office';
import { newEvents } from '../support/event-store';

async function portOfNobody(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

describe('a store that is away', () => {
  /** The name of a container that was stopped is unknown until it is started again. */
  const places = {
    'nobody listens': async () => `postgres://nobody@127.0.0.1:${await portOfNobody()}/none`,
    'its host is unknown': async () => 'postgres://nobody@postgres.invalid/none',
  };

  it.each(Object.entries(places))('is said to be so where %s', async (_, place) => {
    const url = await place();
    const database = connect(url, () => undefined);
    const appending = append(database, [{ stream: 'a', expected: 'any', events: newEvents(1) }]);
    await expect(appending).rejects.toThrow(StoreUnavailable);
    await expect(readStream(database, 'a')).rejects.toThrow(StoreUnavailable);
    await database.end();
    const ledger = createLedger(url);
    const reserving = [purchaseOf('a'), purchaseOf('b')].map((purchase) =>
      expect(ledger.activities.reserve(purchase)).rejects.toThrow(StoreUnavailable),
    );
    await Promise.all(reserving);
    await ledger.close();
  });
});
