import { setTimeout as pause } from 'node:timers/promises';
import type { PurchaseRequest } from '../../src/domain';
import { readStream, StoreUnavailable } from '../../src/store';
import { type Ledger, onSale, openBoxOffice, purchaseOf } from '../support/box-office';
import { endConnections, oneTo } from '../support/event-store';
import { eventually } from '../support/eventually';

const ENDINGS = 25;
const BUYERS = 8;

describe('a committer whose connections break', () => {
  let boxOffice: Awaited<ReturnType<typeof openBoxOffice>>;
  beforeAll(async () => {
    boxOffice = await openBoxOffice();
  });
  afterAll(() => boxOffice.close());

  /** Buys until it is told to stop; gives what was acknowledged, and what must be asked again. */
  async function buy(ledger: Ledger, pool: string, more: () => boolean) {
    const acknowledged: PurchaseRequest[] = [];
    const unknown: PurchaseRequest[] = [];
    while (more()) {
      const purchase = purchaseOf(pool);
      await ledger.activities.reserve(purchase).then(
        () => acknowledged.push(purchase),
        (error: unknown) => {
          expect(error).toBeInstanceOf(StoreUnavailable);
          unknown.push(purchase);
        },
      );
    }
    return { acknowledged, unknown };
  }

  const claims = async ({ database }: Ledger, pool: string) => {
    const events = await readStream(database, `pool-${pool}`);
    expect(events.map(({ version }) => version)).toEqual(oneTo(events.length));
    const claimed = events.flatMap(({ type, data }) =>
      type === 'TicketClaimed' ? [data as { purchaseId: string }] : [],
    );
    return claimed.map(({ purchaseId }) => purchaseId);
  };

  it.each([1, 2])('loses nothing it acknowledged, and completes the rest once (%i processes)', async (processes) => {
    const ledgers = oneTo(processes).map(() => boxOffice.another());
    const [first] = ledgers;
    if (!first) throw new Error('at least one process');
    const pool = await onSale(first, { capacity: 100_000 });
    let ended = 0;
    const more = () => ended < ENDINGS;
    const buyers = ledgers.flatMap((ledger) => oneTo(BUYERS).map(() => buy(ledger, pool, more)));
    while (more()) if ((await endConnections(boxOffice.url)) > 0) ended += 1;
    const bought = await Promise.all(buyers);
    const acknowledged = bought.flatMap((each) => each.acknowledged);
    const unknown = bought.flatMap((each) => each.unknown);
    expect(unknown.length).toBeGreaterThan(0);
    expect(await claims(first, pool)).toEqual(expect.arrayContaining(acknowledged.map(({ purchaseId }) => purchaseId)));
    const again = await Promise.all(unknown.map((purchase) => first.activities.reserve(purchase)));
    expect(again.every(({ reserved }) => reserved)).toBe(true);
    const all = [...acknowledged, ...unknown].map(({ purchaseId }) => purchaseId);
    expect((await claims(first, pool)).sort()).toEqual(all.sort());
  });

  it('survives one that breaks between two statements of a transaction', async () => {
    const ledger = boxOffice.another();
    const client = await ledger.database.connect();
    await client.query('BEGIN');
    await endConnections(boxOffice.url, 'BEGIN');
    await eventually(() =>
      client.query('SELECT 1').then(
        () => false,
        () => true,
      ),
    );
    await pause(0);
    await expect(client.query('COMMIT')).rejects.toThrow();
    client.release(true);
    expect(await ledger.database.query('SELECT 1')).toMatchObject({ rowCount: 1 });
  });
});
