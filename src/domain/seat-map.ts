import { invariant } from './refusal';
import { blockOf, freeLetter, type RowBlock } from './row-block';
import { SeatPlan } from './seat-plan';
import { type SeatRow, seatsInRow } from './seating';

const letters = { available: freeLetter, claimed: 'c', sold: 's', withheld: 'w' } as const;
export type SeatStatus = keyof typeof letters;
const statusOfLetter = new Map<string, SeatStatus>(
  Object.entries(letters).map(([status, letter]) => [letter, status as SeatStatus]),
);

/** A row whose seats are not what they were: a letter for each. */
export interface ChangedRow {
  index: number;
  row: string;
  statuses: string;
}

/** What has become of each seat of a pool. Never changes: what changes a seat gives a new map, and the old one stays as it was. */
export class SeatMap {
  private constructor(
    private readonly plan: SeatPlan,
    private readonly block: RowBlock,
  ) {}

  /** Every seat is available. */
  static of(rows: readonly SeatRow[]): SeatMap {
    return new SeatMap(new SeatPlan(rows), blockOf(rows.map((row) => freeLetter.repeat(seatsInRow(row)))));
  }

  /** As `statuses` told it. */
  static restore(rows: readonly SeatRow[], statuses: readonly string[]): SeatMap {
    const plan = new SeatPlan(rows);
    invariant(statuses.length === rows.length, () => `${rows.length} rows have ${statuses.length} statuses`);
    statuses.forEach((ofRow, row) => {
      const isWhole = ofRow.length === plan.lengthOf(row) && [...ofRow].every((letter) => statusOfLetter.has(letter));
      invariant(isWhole, () => `row ${plan.nameOf(row)} has a status for each seat`);
    });
    return new SeatMap(plan, blockOf(statuses));
  }

  /** A letter for each seat, a string for each row. */
  statuses(): string[] {
    return this.plan.rows.map((_, row) => this.block.lettersOf(row));
  }

  /** Undefined where there is no such seat. */
  statusOf(label: string): SeatStatus | undefined {
    const place = this.plan.find(label);
    return place && statusOfLetter.get(this.block.lettersOf(place.row).charAt(place.seat));
  }

  /** What the pool calls the seat that the label means; undefined where there is no such seat. */
  labelOf(meant: string): string | undefined {
    const place = this.plan.find(meant);
    return place && this.plan.label(place);
  }

  with(labels: readonly string[], status: SeatStatus): SeatMap {
    const changed = new Map<number, string[]>();
    for (const label of labels) {
      const place = this.plan.find(label);
      invariant(place !== undefined, () => `there is no seat ${label}`);
      const ofRow = changed.get(place.row) ?? [...this.block.lettersOf(place.row)];
      ofRow[place.seat] = letters[status];
      changed.set(place.row, ofRow);
    }
    let { block } = this;
    for (const [row, ofRow] of changed) block = block.withLetters(row, ofRow.join(''));
    return block === this.block ? this : new SeatMap(this.plan, block);
  }

  /**
   * The best available seats (docs/decisions/013), front and left first within each part that sits together; undefined where
   * fewer are available.
   */
  best(quantity: number): string[] | undefined {
    invariant(Number.isInteger(quantity) && quantity > 0, () => `${quantity} is no number of seats`);
    if (this.block.free < quantity) return undefined;
    const together = Math.min(quantity, this.block.longestRun);
    const placement = this.block.nearest(together, 'tidy') ?? this.block.nearest(together, 'any');
    invariant(placement !== undefined, () => `no run takes ${together} seats`);
    const { row, seat } = placement;
    const labels = Array.from({ length: together }, (_, nth) => this.plan.label({ row, seat: seat + nth }));
    if (together === quantity) return labels;
    return [...labels, ...(this.with(labels, 'claimed').best(quantity - together) ?? [])];
  }

  /** Rows that differ from `before`, or all of them; costs what has changed, not what there is. */
  changedRows(before: SeatMap | undefined): ChangedRow[] {
    return [...this.block.changedSince(before?.block)].map(({ firstRow: index, letters: statuses }) => ({
      index,
      row: this.plan.nameOf(index),
      statuses,
    }));
  }
}

/** The status that a letter of a row stands for. */
export function seatStatus(letter: string): SeatStatus {
  const status = statusOfLetter.get(letter);
  invariant(status !== undefined, () => `no status is written ${letter}`);
  return status;
}
