import { array, asyncProperty, assert as check, constantFrom, integer, nat, record } from 'fast-check';
import type { PoolStep } from '../../activities';
import { SeatMap, type SeatRow } from '../../src/domain';
import { type PoolSeats, poolNamed, seatRowsSince, seatsOfPools, verifySeatRows } from '../../src/projections';
import { type Ledger, onSale, openBoxOffice, paid, purchaseOf, stepOf } from '../support/box-office';
import { testSeed } from '../support/random';

const rows: SeatRow[] = [
  { row: 'A', first: 1, last: 4 },
  { row: 'B', seats: ['1', '1a', '2'] },
  { row: '', seats: ['Box'] },
];

describe('the seats of a pool', () => {
  let boxOffice: Awaited<ReturnType<typeof openBoxOffice>>;
  let ledger: Ledger;
  beforeAll(async () => {
    boxOffice = await openBoxOffice();
    ledger = boxOffice.another();
  });
  afterAll(() => boxOffice.close());

  const numbered = () => onSale(ledger, { capacity: 8, rows });
  const seatsOf = async (pool: string): Promise<PoolSeats> => {
    const [seats] = await seatsOfPools(ledger.database, [pool]);
    if (!seats) throw new Error(`${pool} has no seats`);
    return seats;
  };
  const statusesOf = async (pool: string) => (await seatsOf(pool)).rows.map(({ statuses }) => statuses);
  const positionOf = async (pool: string) => (await poolNamed(ledger.database, pool))?.position;
  const ofSeats = (pool: string, seats: string[]) => {
    return { ...purchaseOf(pool), items: [{ pool, quantity: seats.length, seats }] };
  };
  const steer = (pool: string, stepId: string, step: PoolStep, by = ledger) =>
    by.activities.steerPool({ pool, stepId, step });

  it('are all there and available where it is made, in the order of the rows', async () => {
    const pool = await numbered();
    const position = await positionOf(pool);
    expect(await seatsOf(pool)).toEqual({
      pool,
      position,
      rows: [
        { index: 0, layout: rows[0], statuses: 'aaaa', position },
        { index: 1, layout: rows[1], statuses: 'aaa', position },
        { index: 2, layout: rows[2], statuses: 'a', position },
      ],
    });
  });

  it('are none of a pool of general admission, nor of one that was never made', async () => {
    const pool = await onSale(ledger);
    expect(await seatsOfPools(ledger.database, [pool, 'nowhere'])).toEqual([]);
  });

  it('follow every step of a sale', async () => {
    const pool = await numbered();
    const [bought, givenBack] = [ofSeats(pool, ['A-2', 'B-1a']), ofSeats(pool, ['Box'])];
    const steps: [() => Promise<unknown>, string[]][] = [
      [() => ledger.activities.reserve(bought), ['acaa', 'aca', 'a']],
      [() => ledger.activities.reserve(givenBack), ['acaa', 'aca', 'c']],
      [() => ledger.activities.reserve(ofSeats(pool, ['A-1', 'A-2'])), ['acaa', 'aca', 'c']],
      [() => paid(ledger, bought), ['asaa', 'asa', 'c']],
      [() => ledger.activities.release({ ...stepOf(givenBack), ending: { kind: 'expired' } }), ['asaa', 'asa', 'a']],
      [() => steer(pool, '1', { name: 'withhold', input: { seats: ['A-3', 'A-4'] } }), ['asww', 'asa', 'a']],
      [() => steer(pool, '2', { name: 'giveBack', input: { seats: ['A-4'] } }), ['aswa', 'asa', 'a']],
    ];
    for (const [step, after] of steps) {
      await step();
      expect(await statusesOf(pool)).toEqual(after);
      expect((await seatsOf(pool)).position).toBe(await positionOf(pool));
    }
  });

  it('tell which rows have changed since a position', async () => {
    const pool = await numbered();
    const [made, { length }] = [await positionOf(pool), rows];
    const since = async (position = 0) =>
      (await seatRowsSince(ledger.database, pool, position)).map(({ index, statuses }) => [index, statuses]);
    expect(await since()).toHaveLength(length);
    expect(await since(made)).toEqual([]);
    await ledger.activities.reserve(ofSeats(pool, ['B-2']));
    const claimed = await positionOf(pool);
    expect(await since(made)).toEqual([[1, 'aac']]);
    await steer(pool, '1', { name: 'stopSales', input: { reason: 'rain' } });
    await steer(pool, '2', { name: 'resumeSales', input: {} });
    expect(await since(claimed)).toEqual([]);
    await ledger.activities.reserve(ofSeats(pool, ['A-1', 'Box']));
    expect(await since(claimed)).toEqual([
      [0, 'caaa'],
      [2, 'c'],
    ]);
  });

  it('are found out where they are not what the events say', async () => {
    const pool = await numbered();
    const clean = { name: 'seat_rows', differing: 0 };
    expect(await verifySeatRows(ledger.database)).toMatchObject(clean);
    const change = (statuses: string) =>
      ledger.database.query(`UPDATE seat_rows SET statuses = $1 WHERE pool = $2 AND row_index = 2`, [statuses, pool]);
    await change('s');
    expect(await verifySeatRows(ledger.database)).toMatchObject({
      differing: 2,
      shown: [expect.stringMatching(/^rebuilt .*"a"/), expect.stringMatching(/^live .*"s"/)],
    });
    await change('a');
    expect(await verifySeatRows(ledger.database)).toMatchObject(clean);
  });

  it(`are those of the events, whatever several processes do with them at once (seed ${testSeed()})`, async () => {
    const ledgers = [ledger, boxOffice.another()];
    const labels = ['A-1', 'A-2', 'A-3', 'A-4', 'B-1', 'B-1a', 'B-2', 'Box'];
    const step = record({
      by: nat({ max: 1 }),
      do: constantFrom('seats', 'best', 'buy', 'release', 'withhold', 'giveBack'),
      seats: array(constantFrom(...labels), { minLength: 1, maxLength: 3 }),
      quantity: integer({ min: 1, max: 4 }),
    });
    await check(
      asyncProperty(array(array(step, { maxLength: 8 }), { maxLength: 6 }), async (waves) => {
        const pool = await numbered();
        const held: ReturnType<typeof purchaseOf>[] = [];
        for (const [wave, steps] of waves.entries()) {
          const running = steps.map(async ({ by, do: kind, seats, quantity }, nth) => {
            const seller = ledgers[by] ?? ledger;
            if (kind === 'withhold' || kind === 'giveBack') {
              await steer(pool, `${wave}-${nth}`, { name: kind, input: { seats } }, seller);
              return;
            }
            const known = held[quantity];
            if (kind === 'buy' && known) {
              await paid(seller, known);
            } else if (kind === 'release' && known) {
              await seller.activities.release({ ...stepOf(known), ending: { kind: 'expired' } });
            } else {
              const wish = kind === 'best' ? { quantity } : { quantity: seats.length, seats };
              const purchase = { ...purchaseOf(pool), items: [{ pool, ...wish }] };
              if ((await seller.activities.reserve(purchase)).reserved) held.unshift(purchase);
            }
          });
          await Promise.all(running);
        }
        expect((await verifySeatRows(ledger.database)).shown).toEqual([]);
        const seats = await seatsOf(pool);
        const view = await poolNamed(ledger.database, pool);
        const letters = SeatMap.restore(
          rows,
          seats.rows.map(({ statuses }) => statuses),
        )
          .statuses()
          .join('');
        const count = (letter: string) => letters.split(letter).length - 1;
        expect(view).toMatchObject({
          available: count('a'),
          claimed: count('c'),
          sold: count('s'),
          withheld: count('w'),
        });
        expect(seats.position).toBe(view?.position);
      }),
      { seed: testSeed(), numRuns: 20 },
    );
  });
});
