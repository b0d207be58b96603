import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Pool } from 'pg';
import { commitOptions, poolRef } from '../../activities';
import { inlineProjections } from '../../src/projections';
import { append, connect, GroupCommit, readStream, type Session, StoreUnavailable } from '../../src/store';
import { createLedger, onSale, purchaseOf } from '../support/box-office';
import { newEvents, oneTo, openStore } from '../support/event-store';

const rain = { reason: 'rain', holds: 'release' } as const;

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

  it('is said to be so, for all who wait at once, where somebody else keeps a row locked', async () => {
    const limit = 1_000;
    const { url, database, close } = await openStore();
    const patient = new Pool({ connectionString: url, statement_timeout: limit });
    const committer = new GroupCommit(patient, { ...commitOptions, inline: inlineProjections });
    const ledger = createLedger(url);
    const pool = await onSale(ledger);
    const operator = await database.connect();
    await operator.query('BEGIN');
    await operator.query('SELECT 1 FROM streams WHERE stream = $1 FOR UPDATE', [`pool-${pool}`]);
    const began = performance.now();
    const waiting = oneTo(10).map((nth) => {
      const append = (session: Session) => session.append(poolRef(pool), [{ type: 'SalesStopped', data: rain }]);
      const metadata = { correlation: 'a', causation: 'b', workflow: 'c' };
      return committer.submit({ id: `stop/${nth}`, metadata, streams: [poolRef(pool)], decide: append });
    });
    for (const each of waiting) each.catch(() => undefined);
    for (const each of waiting) await expect(each).rejects.toThrow(StoreUnavailable);
    expect(performance.now() - began).toBeLessThan(5 * limit);
    await operator.query('ROLLBACK');
    operator.release();
    await ledger.close();
    await committer.idle();
    await patient.end();
    await close();
  });
});
