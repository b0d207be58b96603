import { array, assert, constantFrom, property, tuple, uniqueArray } from 'fast-check';
import { rowsOfLabels, SeatMap, type SeatRow, seatCount, seatLabels, seatRow, seatRows } from '../../src/domain';
import { testSeed } from '../support/random';

const isRow = (row: unknown) => seatRow.safeParse(row).success;
const messages = (rows: unknown) => seatRows.safeParse(rows).error?.issues.map(({ message }) => message);

describe('a row of seats', () => {
  it.each([
    ['is numbered through', { row: 'A', first: 1, last: 40 }],
    ['may begin at 0 and be a single seat', { row: 'A', first: 0, last: 0 }],
    ['may name its seats', { row: 'Balcony 2', seats: ['1', '1a', 'Wheelchair 1'] }],
    ['may have no name', { row: '', seats: ['Box'] }],
    ['may have a hyphen in its name', { row: 'A-1', first: 1, last: 2 }],
    ['may have letters of any language', { row: 'Çardak', seats: ['ä'] }],
  ])('%s', (_, row) => {
    expect(isRow(row)).toBe(true);
  });

  it.each([
    ['its first seat after its last', { row: 'A', first: 2, last: 1 }],
    ['more than 1000 seats', { row: 'A', first: 0, last: 1000 }],
    ['a part of a seat', { row: 'A', first: 1, last: 1.5 }],
    ['a seat below 0', { row: 'A', first: -1, last: 1 }],
    ['no seats', { row: 'A', seats: [] }],
    ['a seat without a name', { row: 'A', seats: [''] }],
    ['a seat twice', { row: 'A', seats: ['1', '1'] }],
    ['a hyphen in the name of a seat', { row: 'A', seats: ['1-2'] }],
    ['a hyphen at an end of its name', { row: 'A-', first: 1, last: 2 }],
    ['a control character', { row: 'A\n', first: 1, last: 2 }],
    ['white space at an end of a name', { row: 'A', seats: [' 1'] }],
    ['a name of more than 20 characters', { row: 'A'.repeat(21), first: 1, last: 2 }],
    ['both manners at once', { row: 'A', first: 1, last: 2, seats: ['1'] }],
    ['no row', { first: 1, last: 2 }],
  ])('is refused with %s', (_, row) => {
    expect(isRow(row)).toBe(false);
  });
});

describe('the rows of a pool', () => {
  const ofThousand = (count: number): SeatRow[] =>
    Array.from({ length: count }, (_, nth) => ({ row: `R${nth}`, first: 1, last: 1000 }));

  it('hold up to 100,000 seats', () => {
    expect(messages(ofThousand(100))).toBeUndefined();
    expect(messages(ofThousand(101))).toEqual(['must not make more than 100000 seats']);
    expect(seatCount(ofThousand(100))).toBe(100_000);
  });

  it('are up to 2,000', () => {
    const ofOne = (count: number) => Array.from({ length: count }, (_, nth) => ({ row: `R${nth}`, first: 1, last: 1 }));
    expect(messages(ofOne(2000))).toBeUndefined();
    expect(messages(ofOne(2001))).toHaveLength(1);
    expect(messages([])).toHaveLength(1);
  });

  it('have different names', () => {
    expect(messages([...ofThousand(2), { row: 'R1', seats: ['x'] }])).toEqual(['must not name a row twice']);
  });

  it('say what is wrong with one of them', () => {
    expect(seatRows.safeParse([{ row: 'A', first: 3, last: 1 }]).error?.issues).toMatchObject([
      { path: [0, 'last'], message: 'must not be before the first' },
    ]);
  });

  it.each([
    ['is of both kinds', { row: 'A', first: 1, last: 2, seats: ['1'] }],
    ['is of no kind', { row: 'A', places: 3 }],
    ['counts in halves', { row: 'A', first: 0.5, last: 2.5 }],
    ['names too many seats', { row: 'A', seats: Array.from({ length: 1_001 }, (_, nth) => `${nth}`) }],
  ])('say what a row may be where one %s', (_, row) => {
    expect(messages([row])).toEqual([
      'must be {row, first, last} with numbers of 0 to 999999, or {row, seats} with 1 to 1000 names',
    ]);
  });
});

describe('seats by their labels alone', () => {
  it('become rows in the order they are named', () => {
    expect(rowsOfLabels(['B-1', 'A-1', 'B-2', 'A-1a', 'Stalls-C-7', 'Box', 'B-3'])).toEqual([
      { row: 'B', first: 1, last: 3 },
      { row: 'A', seats: ['1', '1a'] },
      { row: 'Stalls-C', first: 7, last: 7 },
      { row: '', seats: ['Box'] },
    ]);
  });

  it('are numbered through only where the numbers are written plainly, one after the other', () => {
    expect(rowsOfLabels(['A-01', 'A-02', 'B-2', 'B-1', 'C-1', 'C-3'])).toEqual([
      { row: 'A', seats: ['01', '02'] },
      { row: 'B', seats: ['2', '1'] },
      { row: 'C', seats: ['1', '3'] },
    ]);
  });

  it(`keep every label, and only those (seed ${testSeed()})`, () => {
    const row = constantFrom('', 'A', 'B', 'A-B');
    const seat = constantFrom('1', '2', '3', '01', '4a');
    const label = tuple(row, seat).map(([of, name]) => (of === '' ? name : `${of}-${name}`));
    assert(
      property(uniqueArray(label, { minLength: 1 }), array(label), (labels, others) => {
        expect(seatLabels.parse(labels)).toEqual(labels);
        const rows = seatRows.parse(rowsOfLabels(labels));
        expect(seatCount(rows)).toBe(labels.length);
        const map = SeatMap.of(rows);
        for (const one of [...labels, ...others]) expect(map.statusOf(one) !== undefined).toBe(labels.includes(one));
        expect(map.best(labels.length)?.toSorted()).toEqual(labels.toSorted());
      }),
      { seed: testSeed(), numRuns: 300 },
    );
  });

  it.each([
    ['none', []],
    ['one twice', ['A-1', 'A-1']],
    ['one without a seat', ['A-']],
    ['one with an empty row', ['-1']],
    ['one with a control character', ['A-\u0000']],
    ['one of too long a name', [`A-${'1'.repeat(21)}`]],
    ['more in a row than a row may hold', Array.from({ length: 1001 }, (_, nth) => `${nth}`)],
  ])('are refused where there is %s', (_, labels) => {
    expect(seatLabels.safeParse(labels).success).toBe(false);
  });
});
