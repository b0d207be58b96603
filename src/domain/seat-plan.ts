import { invariant } from './refusal';
import { sameText } from './same-text';
import { labelOf, partsOfLabel, type SeatRow, seatsInRow } from './seating';

/** Where a seat is: the row counted from the front, the place in it from its left end, both from 0. */
export interface Place {
  row: number;
  seat: number;
}

const wholeNumber = /^(?:0|[1-9]\d*)$/;

/** Places by name. One that is written otherwise finds the place whose name means the same, where none is written so. */
class Names {
  private readonly written = new Map<string, number>();
  /** By the form in which names are compared, where that is another than the name. */
  private readonly meant = new Map<string, number>();

  constructor(names: readonly string[]) {
    names.forEach((name, place) => {
      invariant(!this.written.has(name), () => `${name} is planned twice`);
      this.written.set(name, place);
      const same = sameText(name);
      if (same !== name && !this.meant.has(same)) this.meant.set(same, place);
    });
  }

  find(name: string): number | undefined {
    const place = this.written.get(name);
    if (place !== undefined) return place;
    const same = sameText(name);
    return this.written.get(same) ?? this.meant.get(same);
  }
}

/** Which seats there are, and where: never changes, and is shared by all states of them. */
export class SeatPlan {
  private readonly rowByName: Names;
  private readonly seatByName: readonly (Names | undefined)[];

  constructor(readonly rows: readonly SeatRow[]) {
    this.rowByName = new Names(rows.map(({ row }) => row));
    this.seatByName = rows.map((row) => ('seats' in row ? new Names(row.seats) : undefined));
  }

  lengthOf(row: number): number {
    return seatsInRow(this.row(row));
  }

  nameOf(row: number): string {
    return this.row(row).row;
  }

  find(label: string): Place | undefined {
    const { row: name, seat: seatName } = partsOfLabel(label);
    const row = this.rowByName.find(name);
    if (row === undefined) return undefined;
    const seat = this.seatByName[row]?.find(seatName) ?? this.counted(row, seatName);
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
    const digits = sameText(seatName);
    if ('seats' in row || !wholeNumber.test(digits)) return undefined;
    const number = Number(digits);
    return number >= row.first && number <= row.last ? number - row.first : undefined;
  }

  private row(index: number): SeatRow {
    const row = this.rows[index];
    invariant(row !== undefined, () => `the plan has no row ${index}`);
    return row;
  }
}
