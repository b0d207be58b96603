import { SeatsReading } from '../../api/seats-reading';
import type { SeatRowView } from '../../src/projections';

const row = (index: number, statuses: string, position: number): SeatRowView => ({
  index,
  layout: { row: `R${index}`, first: 1, last: statuses.length },
  statuses,
  position,
});
const textOf = (event: Buffer | undefined) => event?.toString();

describe('the seats that are read of a pool', () => {
  const before = SeatsReading.of({ pool: 'gig', position: 7, rows: [row(0, 'aa', 3), row(1, 'aw', 7)] });
  const after = before.with([row(1, 'cs', 9)], 9);

  it('are written as the contract has them', () => {
    expect(JSON.parse(`${after.json}`)).toEqual({
      pool: 'gig',
      position: 9,
      rows: [
        {
          row: 'R0',
          seats: [
            { seat: 'R0-1', status: 'available' },
            { seat: 'R0-2', status: 'available' },
          ],
        },
        {
          row: 'R1',
          seats: [
            { seat: 'R1-1', status: 'claimed' },
            { seat: 'R1-2', status: 'sold' },
          ],
        },
      ],
    });
    expect(JSON.parse(`${before.json}`).rows[1].seats[1]).toEqual({ seat: 'R1-2', status: 'withheld' });
  });

  it('are written anew only where they are not what was known', () => {
    const rows = [row(0, 'aa', 3), row(1, 'aw', 7)];
    expect(SeatsReading.of({ pool: 'gig', position: 7, rows }, before)).toBe(before);
    const histories = [
      { position: 9, rows: [row(0, 'aa', 3), row(1, 'cs', 9)] },
      { position: 9, rows },
      { position: 7, rows: [row(0, 'aw', 3), row(1, 'aw', 7)] },
      { position: 7, rows: [row(0, 'aa', 3)] },
      { position: 7, rows: [{ ...row(0, 'aa', 3), layout: { row: 'R0', first: 2, last: 3 } }, row(1, 'aw', 7)] },
      { position: 7, rows: [...rows, row(2, 'aa', 1)] },
    ];
    for (const history of histories) {
      const seats = { pool: 'gig', ...history };
      const read = SeatsReading.of(seats, before);
      expect(`${read.json}`).toBe(`${SeatsReading.of(seats).json}`);
      for (const seen of [2, 6, 8]) {
        expect(textOf(read.eventSince(seen))).toBe(textOf(SeatsReading.of(seats).eventSince(seen)));
      }
    }
  });

  it('are told as far as a listener has not seen them', () => {
    expect(textOf(after.eventSince(2))).toBe(`event: seats\ndata: ${after.json}\n\n`);
    expect(textOf(after.eventSince(3))).toMatch(/"position":9,"rows":\[\{"row":"R1",.*\}\]\}\n\n$/);
    expect(after.eventSince(9)).toBeUndefined();
    expect(before.eventSince(7)).toBeUndefined();
  });

  it('are told by the same bytes to all who have seen the same', () => {
    expect(after.eventSince(3)).toBe(after.eventSince(3));
  });
});
