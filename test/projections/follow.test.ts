import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import {
  catchUp,
  countedEvents,
  followLimits,
  listProjections,
  type Projection,
  projections,
  purchases,
  UnknownEvent,
  verify,
  verifyAvailability,
  waitForPosition,
} from '../../src/projections';
import { advisoryLocks, append, lastPosition } from '../../src/store';
import { type Ledger, onSale, openBoxOffice, paid, purchaseOf, stepOf } from '../support/box-office';
import { endConnections, newEvent } from '../support/event-store';
import { eventually } from '../support/eventually';
import { type Follower, startFollower } from './programs';

const TIME_LIMIT_MS = 60_000;

describe('processes that follow the events', () => {
  let boxOffice: Awaited<ReturnType<typeof openBoxOffice>>;
  let ledger: Ledger;
  const followers: Follower[] = [];
  beforeEach(async () => {
    boxOffice = await openBoxOffice();
    ledger = boxOffice.another();
  });
  afterEach(async () => {
    await Promise.all(followers.splice(0).map((each) => each.end('SIGKILL')));
    await boxOffice.close();
  });

  const start = async (count: number) => {
    const started = await Promise.all(Array.from({ length: count }, () => startFollower(boxOffice.url)));
    followers.push(...started);
    return started;
  };
  /** The process whose connection holds the leader's locks. */
  async function leader(): Promise<Follower> {
    const { rows } = await ledger.database.query<{ name: string }>(
      `SELECT DISTINCT application_name AS name FROM pg_locks JOIN pg_stat_activity USING (pid)
       WHERE locktype = 'advisory' AND classid = $1 AND granted`,
      [advisoryLocks.leaders],
    );
    const [one, ...others] = followers.filter(({ process: { pid } }) =>
      rows.some(({ name }) => name.endsWith(` ${pid}`)),
    );
    if (!one || others.length > 0) throw new Error('there is no one leader');
    return one;
  }
  /** Buys, pays, cancels without end; gives how to stop it. */
  function selling(pool: string): { stop(): Promise<number> } {
    let going = true;
    let bought = 0;
    const buy = async () => {
      while (going) {
        const purchase = purchaseOf({ [pool]: 2 });
        await ledger.activities.reserve(purchase);
        bought += 1;
        if (bought % 3 > 0) await paid(ledger, purchase);
        else await ledger.activities.release({ ...stepOf(purchase), ending: { kind: 'expired' } });
        await pause(2);
      }
    };
    const buyers = Promise.all(Array.from({ length: 6 }, buy));
    return {
      async stop() {
        going = false;
        await buyers;
        return bought;
      },
    };
  }
  async function allCaughtUp(within = 10_000): Promise<void> {
    const position = await lastPosition(ledger.database);
    for (const projection of projections) {
      expect(await waitForPosition(ledger.database, projection, position, within)).toBe(true);
    }
  }
  /** What the rows say is what a rebuild says. */
  async function expectRebuildsEqual(): Promise<void> {
    const verified = [await verifyAvailability(ledger.database)];
    for (const projection of projections) verified.push(await verify(ledger.database, projection));
    expect(verified.flatMap(({ shown }) => shown)).toEqual([]);
    expect(verified.find(({ name }) => name === 'purchases')?.rows).toBeGreaterThan(0);
  }

  it('have one leader, and another at once when it is killed in the midst of selling', async () => {
    await start(3);
    const pool = await onSale(ledger, { capacity: 100_000 });
    const sale = selling(pool);
    for (let left = 3; left > 1; left -= 1) {
      await allCaughtUp();
      const leading = await eventually(leader);
      await leading.end('SIGKILL');
      followers.splice(followers.indexOf(leading), 1);
      await allCaughtUp();
    }
    expect(await sale.stop()).toBeGreaterThan(0);
    await allCaughtUp();
    await expectRebuildsEqual();
  });

  it('go on without a leader that stands still with its locks in hand, and lose nothing when it wakes', async () => {
    await start(2);
    const sale = selling(await onSale(ledger, { capacity: 100_000 }));
    await allCaughtUp();
    const frozen = await eventually(leader);
    frozen.process.kill('SIGSTOP');
    const wanted = (await lastPosition(ledger.database)) + 1;
    const helped = (followLimits.silentSeconds + 15) * 1_000;
    expect(await waitForPosition(ledger.database, countedEvents, wanted, helped)).toBe(true);
    frozen.process.kill('SIGCONT');
    await sale.stop();
    await allCaughtUp();
    await expectRebuildsEqual();
  });

  it('miss and repeat nothing when all their connections break again and again', async () => {
    await start(2);
    const pool = await onSale(ledger, { capacity: 100_000 });
    let going = true;
    const buying = (async () => {
      while (going) await ledger.activities.reserve(purchaseOf(pool)).catch(() => undefined);
    })();
    for (let nth = 0; nth < 8; nth += 1) {
      await endConnections(boxOffice.url);
      await pause(150);
    }
    going = false;
    await buying;
    await allCaughtUp();
    await expectRebuildsEqual();
  });

  it('have someone to wait for: until it has come to a position, or the time is over', async () => {
    await start(1);
    await onSale(ledger);
    expect(await waitForPosition(ledger.database, countedEvents)).toBe(true);
    expect(await waitForPosition(ledger.database, countedEvents, (await lastPosition(ledger.database)) + 1, 50)).toBe(
      false,
    );
    const states = await listProjections(ledger.database, projections);
    expect(states.map(({ behind, parked }) => behind + parked)).toEqual(states.map(() => 0));
  });

  it('are looked at once for all who wait for them at a time', async () => {
    await onSale(ledger);
    const { database } = ledger;
    let looking = 0;
    let most = 0;
    const asked: { query(query: { name?: string }): Promise<unknown> } = database as never;
    const ask = asked.query.bind(database);
    const asking = jest.spyOn(asked, 'query').mockImplementation((query) => {
      const looks = query.name === 'checkpoint';
      if (looks) looking += 1;
      most = Math.max(most, looking);
      return ask(query).finally(() => {
        if (looks) looking -= 1;
      });
    });
    const wait = () => waitForPosition(database, countedEvents, undefined, 200);
    expect(new Set(await Promise.all(Array.from({ length: 50 }, wait)))).toEqual(new Set([false]));
    expect(most).toBe(1);
    await start(1);
    await eventually(async () => expect(await Promise.all([wait(), wait()])).toEqual([true, true]));
    asking.mockRestore();
  });

  it('never stall on a long write in another database of the server', async () => {
    await start(1);
    const elsewhere = await openBoxOffice();
    const client = new Client({ connectionString: elsewhere.url });
    await client.connect();
    await client.query("BEGIN; INSERT INTO streams VALUES ('long', 1); SELECT pg_advisory_xact_lock_shared(842001)");
    await onSale(ledger);
    expect(await waitForPosition(ledger.database, countedEvents, undefined, 5_000)).toBe(true);
    await client.end();
    await elsewhere.close();
  });

  it('leave an event that only a newer version knows to a process of that version', async () => {
    const pool = await onSale(ledger);
    const purchase = purchaseOf(pool);
    await ledger.activities.reserve(purchase);
    const transferred = { ...newEvent(), type: 'PurchaseTransferred' };
    await append(ledger.database, [
      { stream: `purchase-${purchase.purchaseId}`, expected: 'exists', events: [transferred] },
    ]);
    const end = await lastPosition(ledger.database);
    for (const each of projections) {
      await expect(catchUp(ledger.database, each, end)).rejects.toThrow(UnknownEvent);
    }
    const seen: string[] = [];
    const newer: Projection = {
      ...purchases,
      events: [...purchases.events, transferred.type],
      async apply(events, into) {
        seen.push(...events.map(({ type }) => type));
        await purchases.apply(
          events.filter(({ type }) => type !== transferred.type),
          into,
        );
      },
    };
    const [follower] = await start(1);
    await eventually(leader);
    await catchUp(ledger.database, newer, end);
    expect(seen).toEqual(['TicketsReserved', transferred.type]);
    const next = purchaseOf(pool);
    await ledger.activities.reserve(next);
    expect(await waitForPosition(ledger.database, purchases, await lastPosition(ledger.database), TIME_LIMIT_MS)).toBe(
      true,
    );
    const states = await listProjections(ledger.database, projections);
    expect(states.filter(({ position }) => position !== undefined && position >= end).map(({ name }) => name)).toEqual([
      'purchases',
    ]);
    expect(states.every(({ parked }) => parked === 0)).toBe(true);
    expect(follower?.process.exitCode).toBeNull();
  });
});
