import { array, assert, constantFrom, property, tuple, uniqueArray } from 'fast-check';
import {
  givenSeatLabel,
  givenSeatRows,
  rowsOfLabels,
  SeatMap,
  type SeatRow,
  seatCount,
  seatLabel,
  seatLabels,
  seatRows,
} from '../../src/domain';
import { testSeed } from '../support/random';

const isRow = (row: unknown) => givenSeatRows.safeParse([row]).success;
const messages = (rows: unknown) => givenSeatRows.safeParse(rows).error?.issues.map(({ message }) => message);

describe('a row of seats', () => {
  it.each([
    ['is numbered through', { row: 'A', first: 1, last: 40 }],
    ['may begin at 0 and be a single seat', { row: 'A', first: 0, last: 0 }],
    ['may name its seats', { row: 'Balcony 2', seats: ['1', '1a', 'Wheelchair 1'] }],
    ['may have no name', { row: '', seats: ['Box'] }],
    ['may have a hyphen in its name', { row: 'A-1', first: 1, last: 2 }],
    ['may have letters of any language', { row: 'Çardak', seats: ['ä'] }],
    ['may have letters with marks that stand by themselves', { row: 'श्रेणी', seats: ['क', 'कि', 'ข้อ'] }],
    ['may join letters without a space', { row: 'ردیف\u200cها', seats: ['१'] }],
    [
      'may have letters and marks apart, as some keyboards write them',
      { row: 'É'.normalize('NFD'), first: 1, last: 2 },
    ],
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
    ['a mark without a letter', { row: '\u0301', first: 1, last: 2 }],
    ['a mark after a space', { row: 'A \u0301', first: 1, last: 2 }],
    ['a joiner at an end of its name', { row: 'A\u200d', first: 1, last: 2 }],
    ['a name that cannot be seen', { row: '\u200b', first: 1, last: 2 }],
    ['a name of Hangul fillers', { row: '\u3164', first: 1, last: 2 }],
    ['a part of its name that cannot be seen', { row: 'A-\uffa0', first: 1, last: 2 }],
    ['a seat whose name cannot be seen', { row: 'A', seats: ['\u115f'] }],
    ['a seat of an empty hieroglyph', { row: 'A', seats: ['\u{13441}'] }],
    ['a seat twice, once in wide letters', { row: 'A', seats: ['B', 'Ｂ'] }],
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

  it('have names that differ in more than how they are written', () => {
    const rows = (...names: string[]) => names.map((row) => ({ row, first: 1, last: 2 }));
    for (const same of [
      ['A', 'Ａ'],
      ['É', 'É'.normalize('NFD')],
      ['A', 'A\ufe0f'],
      ['가', '가'.normalize('NFD')],
      ['2', '²'],
    ]) {
      expect(messages(rows(...same))).toEqual(['must not name a row twice']);
    }
    expect(messages(rows('A', 'a', 'Á', 'Α'))).toBeUndefined();
  });

  it('are not made of labels that cannot be seen, and were so by earlier releases', () => {
    for (const label of ['\u3164', '\u3164-1', 'A-\u1160']) {
      expect(seatLabels.safeParse([label]).success).toBe(false);
      expect(seatLabel.parse(label)).toBe(label);
    }
  });

  it('are kept composed', () => {
    const rows = [{ row: 'É'.normalize('NFD'), seats: ['Ö'.normalize('NFD')] }];
    expect(givenSeatRows.parse(rows)).toEqual([{ row: 'É', seats: ['Ö'] }]);
    expect(seatLabels.parse(['É-1'.normalize('NFD')])).toEqual(['É-1']);
    expect(givenSeatLabel.parse('É-1'.normalize('NFD'))).toBe('É-1');
  });

  it('that were stored with names that look alike are read as they are, and each seat is found', () => {
    const stored = [
      { row: 'A', first: 1, last: 2 },
      { row: 'Ａ', seats: ['1', '１', '3'] },
    ];
    expect(seatRows.parse(stored)).toEqual(stored);
    expect(seatLabel.parse('Ａ-１')).toBe('Ａ-１');
    const map = SeatMap.of(seatRows.parse(stored)).with(['Ａ-1'], 'sold').with(['Ａ-１'], 'withheld');
    expect(map.statuses()).toEqual(['aa', 'swa']);
    expect(['A-1', 'Ａ-1', 'Ａ-１', 'Ａ-3'].map((label) => map.statusOf(label))).toEqual([
      'available',
      'sold',
      'withheld',
      'available',
    ]);
  });

  it('find a seat however it is written, under the label that the pool has for it', () => {
    const map = SeatMap.of([
      { row: 'É', first: 1, last: 12 },
      { row: 'Ｂ', seats: ['क', '1'] },
    ]);
    expect(map.labelOf('É-12'.normalize('NFD'))).toBe('É-12');
    expect(map.labelOf('É-１２')).toBe('É-12');
    expect(map.labelOf('B-１')).toBe('Ｂ-1');
    expect(map.labelOf('b-1')).toBeUndefined();
    expect(map.statusOf('B-क')).toBe('available');
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

  it('are of one row however that is written', () => {
    expect(rowsOfLabels(['A-1', 'Ａ-2'])).toEqual([{ row: 'A', first: 1, last: 2 }]);
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
    ['one twice, once in wide letters', ['A-1', 'Ａ-1']],
    ['one twice, once with its marks apart', ['É-1', 'É-1'.normalize('NFD')]],
    ['one without a seat', ['A-']],
    ['one with an empty row', ['-1']],
    ['one with a control character', ['A-\u0000']],
    ['one of too long a name', [`A-${'1'.repeat(21)}`]],
    ['more in a row than a row may hold', Array.from({ length: 1001 }, (_, nth) => `${nth}`)],
  ])('are refused where there is %s', (_, labels) => {
    expect(seatLabels.safeParse(labels).success).toBe(false);
  });
});
