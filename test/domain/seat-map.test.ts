import { array, assert, boolean, constantFrom, integer, nat, property, record } from 'fast-check';
import { InvariantViolated, SeatMap, type SeatRow, type SeatStatus } from '../../src/domain';
import { testSeed } from '../support/random';
import { bestByEye, distance, fits, type Hall, orphans, spots } from './seat-oracle';

const statuses = ['available', 'claimed', 'sold', 'withheld'] as const;

/** Row 0 is `R0`, its seats 0 and on. */
const rowsOf = (hall: readonly (readonly unknown[])[]): SeatRow[] =>
  hall.map((seats, row) => ({ row: `R${row}`, first: 0, last: seats.length - 1 }));
const labelOfSpot = (spot: string) => `R${spot.replace('/', '-')}`;

function mapOf(hall: Hall): SeatMap {
  const taken = hall.flatMap((seats, row) => seats.flatMap((free, seat) => (free ? [] : [`R${row}-${seat}`])));
  return SeatMap.of(rowsOf(hall)).with(taken, 'claimed');
}

const halls = array(array(boolean(), { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 6 });
/** Mostly free, as at the beginning of a sale. */
const roomyHalls = array(
  array(
    nat({ max: 5 }).map((die) => die > 0),
    { minLength: 1, maxLength: 14 },
  ),
  { minLength: 1, maxLength: 9 },
);

function hallOf(picture: string): Hall {
  return picture.split(' ').map((row) => [...row].map((letter) => letter === '.'));
}
const best = (picture: string, quantity: number) => mapOf(hallOf(picture)).best(quantity);

describe('the best available seats', () => {
  it.each([
    ['the middle of the front row', '......... .........', 3, ['R0-3', 'R0-4', 'R0-5']],
    ['the front row before the middle of the next', '...... ......', 2, ['R0-2', 'R0-3']],
    ['the middle of the next row before an end of the front one', '..xxxxx.. .........', 2, ['R1-3', 'R1-4']],
    ['the left one of two equally near', '..xx..', 2, ['R0-0', 'R0-1']],
    ['the front row of two equally near', 'x.x.x .....', 1, ['R0-1']],
    ['no single seat left over, though that is farther off', 'x...x ..xxx', 2, ['R1-0', 'R1-1']],
    ['two seats left over beside the block', '.....', 3, ['R0-0', 'R0-1', 'R0-2']],
    ['a seat left single where it cannot be helped', 'x...x', 2, ['R0-1', 'R0-2']],
    ['a run of just the size that is asked', '...x.... .....', 4, ['R0-4', 'R0-5', 'R0-6', 'R0-7']],
    ['a single seat before one that leaves another single', '.x..', 1, ['R0-0']],
    ['rows centred on one axis', 'x ...', 1, ['R1-0']],
    [
      'the largest part together where nobody can all sit together',
      '..x...x.',
      5,
      ['R0-3', 'R0-4', 'R0-5', 'R0-0', 'R0-1'],
    ],
  ])('are %s', (_, picture, quantity, seats) => {
    expect(best(picture, quantity)).toEqual(seats);
  });

  it('are none where fewer are available', () => {
    expect(best('..x..', 5)).toBeUndefined();
    expect(best('xxx', 1)).toBeUndefined();
  });

  it('are never asked for by halves, or by none', () => {
    expect(() => best('...', 0)).toThrow(InvariantViolated);
    expect(() => best('...', 1.5)).toThrow(InvariantViolated);
  });

  it(`are those that the written rule gives, found by eye (seed ${testSeed()})`, () => {
    for (const anyHall of [halls, roomyHalls]) {
      assert(
        property(anyHall, integer({ min: 1, max: 50 }), (hall, most) => {
          const quantity = 1 + (most % hall.flat().length);
          expect(mapOf(hall).best(quantity)).toEqual(bestByEye(hall, quantity)?.map(labelOfSpot));
        }),
        { seed: testSeed(), numRuns: 1500 },
      );
    }
  });

  it(`are adjacent where any row allows it, orphan no seat where any placement allows it, and none is nearer (seed ${testSeed()})`, () => {
    assert(
      property(halls, integer({ min: 1, max: 12 }), (hall, quantity) => {
        const all = spots(hall, quantity);
        if (all.length === 0) return;
        const seats = mapOf(hall).best(quantity) ?? [];
        const [, row, start] = /^R(\d+)-(\d+)$/.exec(seats[0] ?? '') ?? [];
        const given = { row: Number(row), start: Number(start) };
        expect(seats).toEqual(Array.from({ length: quantity }, (_, nth) => `R${given.row}-${given.start + nth}`));
        expect(fits(hall, given, quantity)).toBe(true);
        const tidy = all.filter((spot) => !orphans(hall, spot, quantity));
        if (tidy.length > 0) expect(orphans(hall, given, quantity)).toBe(false);
        for (const spot of tidy.length > 0 ? tidy : all) {
          expect(distance(hall, spot, quantity)).toBeGreaterThanOrEqual(distance(hall, given, quantity));
        }
      }),
      { seed: testSeed(), numRuns: 1000 },
    );
  });

  it(`stay those of the rule while seats are taken and given back in any order (seed ${testSeed()})`, () => {
    const steps = array(record({ quantity: integer({ min: 1, max: 6 }), back: nat({ max: 40 }) }), { maxLength: 40 });
    assert(
      property(roomyHalls, steps, (begin, script) => {
        let map = mapOf(begin);
        let hall = begin;
        const held: string[][] = [];
        for (const { quantity, back } of script) {
          const seats = map.best(quantity);
          expect(seats).toEqual(bestByEye(hall, quantity)?.map(labelOfSpot));
          const returned = seats ? undefined : held.splice(back % Math.max(held.length, 1), 1)[0];
          if (seats) held.push(seats);
          map = map.with(seats ?? returned ?? [], seats ? 'claimed' : 'available');
          const changed = new Set(seats ?? returned);
          hall = hall.map((row, nth) =>
            row.map((free, seat) => (changed.has(`R${nth}-${seat}`) ? seats === undefined : free)),
          );
        }
      }),
      { seed: testSeed(), numRuns: 300 },
    );
  });
});

describe('a seat map', () => {
  const change = record({ row: nat({ max: 6 }), seats: array(nat({ max: 12 })), status: constantFrom(...statuses) });

  it(`tells of every seat what last became of it, in every version, also after it was written and read (seed ${testSeed()})`, () => {
    assert(
      property(halls, array(change, { maxLength: 20 }), (hall, changes) => {
        const rows = rowsOf(hall);
        const labels = hall.flatMap((seats, row) => seats.map((_, seat) => `R${row}-${seat}`));
        const free = new Map<string, SeatStatus>(labels.map((label) => [label, 'available']));
        const versions = [{ map: SeatMap.of(rows), like: free }];
        for (const { row, seats, status } of changes) {
          const last = versions.at(-1);
          if (!last) throw new Error('no version');
          const chosen = seats.map((seat) => `R${row % hall.length}-${seat}`).filter((label) => free.has(label));
          const like = new Map([...last.like, ...chosen.map((label) => [label, status] as const)]);
          versions.push({ map: last.map.with(chosen, status), like });
        }
        for (const { map, like } of versions) {
          const read = SeatMap.restore(rows, JSON.parse(JSON.stringify(map.statuses())));
          for (const [label, status] of like) {
            expect(map.statusOf(label)).toBe(status);
            expect(read.statusOf(label)).toBe(status);
          }
          expect(read.statuses()).toEqual(map.statuses());
        }
      }),
      { seed: testSeed(), numRuns: 300 },
    );
  });

  it(`names the rows that differ from another version, and no row that no change touched (seed ${testSeed()})`, () => {
    assert(
      property(halls, array(change, { maxLength: 8 }), (hall, changes) => {
        const before = mapOf(hall);
        const touched = new Set<number>();
        const after = changes.reduce((map, { row, seats, status }) => {
          const index = row % hall.length;
          const chosen = seats.map((seat) => `R${index}-${seat}`).filter((label) => map.statusOf(label));
          if (chosen.length > 0) touched.add(index);
          return map.with(chosen, status);
        }, before);
        const patched = before.statuses();
        for (const { index, row, statuses: letters } of after.changedRows(before)) {
          expect(row).toBe(`R${index}`);
          expect(touched).toContain(index);
          patched[index] = letters;
        }
        expect(patched).toEqual(after.statuses());
        expect(after.changedRows(undefined).map(({ statuses: letters }) => letters)).toEqual(after.statuses());
      }),
      { seed: testSeed(), numRuns: 300 },
    );
  });

  it('knows its own seats only', () => {
    const map = SeatMap.of([
      { row: 'A-1', first: 2, last: 3 },
      { row: 'A', seats: ['1', '1a'] },
      { row: '', seats: ['Box'] },
    ]);
    for (const label of ['A-1-2', 'A-1-3', 'A-1', 'A-1a', 'Box']) expect(map.statusOf(label)).toBe('available');
    for (const label of ['A-1-1', 'A-1-4', 'A-1-02', 'A-1-2.0', 'A-2', '-Box', 'box', 'Z-1', '', 'A-']) {
      expect(map.statusOf(label)).toBeUndefined();
    }
    expect(() => map.with(['A-2'], 'sold')).toThrow(InvariantViolated);
  });

  it('is not read from what no map wrote', () => {
    const rows: SeatRow[] = [{ row: 'A', first: 1, last: 2 }];
    for (const wrong of [[], ['a'], ['aaa'], ['ax'], ['aa', 'aa']]) {
      expect(() => SeatMap.restore(rows, wrong)).toThrow(InvariantViolated);
    }
  });

  it('equals one in the same state, whatever each was asked', () => {
    const rows: SeatRow[] = [{ row: 'A', first: 1, last: 9 }];
    const asked = SeatMap.of(rows);
    asked.best(2);
    expect(asked).toEqual(SeatMap.of(rows));
    expect(asked).not.toEqual(SeatMap.of(rows).with(['A-1'], 'sold'));
  });

  it('is the same where nothing changes', () => {
    const map = SeatMap.of([{ row: 'A', first: 1, last: 2 }]).with(['A-1'], 'sold');
    expect(map.with(['A-1'], 'sold')).toBe(map);
    expect(map.with([], 'available')).toBe(map);
    expect(map.changedRows(map)).toEqual([]);
  });
});
