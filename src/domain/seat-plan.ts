import { invariant } from './refusal';
import { labelOf, partsOfLabel, type SeatRow, seatsInRow } from './seating';

/** Where a seat is: the row counted from the front, the place in it from its left end, both from 0. */
export interface Place {
  row: number;
  seat: number;
}

const wholeNumber = /^(?:0|[1-9]\d*)$/;

/** Which seats there are, and where: never changes, and is shared by all states of them. */
export class SeatPlan {
  private readonly rowByName = new Map<string, number>();
  private readonly seatByName: readonly (ReadonlyMap<string, number> | undefined)[];

  constructor(readonly rows: readonly SeatRow[]) {
    rows.forEach(({ row }, index) => {
      invariant(!this.rowByName.has(row), () => `row ${row} is planned twice`);
      this.rowByName.set(row, index);
    });
    this.seatByName = rows.map((row) => {
      if (!('seats' in row)) return undefined;
      const seats = new Map(row.seats.map((seat, place) => [seat, place]));
      invariant(seats.size === row.seats.length, () => `row ${row.row} names a seat twice`);
      return seats;
    });
  }

  lengthOf(row: number): number {
    return seatsInRow(this.row(row));
  }

  nameOf(row: number): string {
    return this.row(row).row;
  }

  find(label: string): Place | undefined {
    const { row: name, seat: seatName } = partsOfLabel(label);
    const row = this.rowByName.get(name);
    if (row === undefined) return undefined;
    const seat = this.seatByName[row]?.get(seatName) ?? this.counted(row, seatName);
    return seat === undefined ? undefined : { row, seat };
  }

  label({ row, seat }: Place): string {
    const planned = this.row(row);
    const name = 'seats' in planned ? planned.seats[seat] : String(planned.first + seat);
    invariant(name !== undefined && seat < seatsInRow(planned), () => `row ${planned.row} has no place ${seat}`);
    return labelOf(planned.row, name);
  }

  private counted(index: number, seatName: string): number | undefined {
    const row = this.row(index);
    if ('seats' in row || !wholeNumber.test(seatName)) return undefined;
    const number = Number(seatName);
    return number >= row.first && number <= row.last ? number - row.first : undefined;
  }

  private row(index: number): SeatRow {
    const row = this.rows[index];
    invariant(row !== undefined, () => `the plan has no row ${index}`);
    return row;
  }
}
