import { z } from 'zod';
import { isVisible, sameText } from './same-text';
import { givenString, mustBeSeen } from './text';

/** Where each limit of numbered seats is set. */
export const seatLimits = {
  seats: 100_000,
  rows: 2_000,
  seatsInRow: 1_000,
  labelLength: 20,
  seatNumber: 999_999,
} as const;

const start = String.raw`[\p{L}\p{N}]`;
const end = String.raw`[\p{L}\p{N}\p{M}.]`;
/** Marks belong to a letter, and joiners stand between two. */
const noneLoose = String.raw`(?!.*[ ._/\-][\p{M}\u200C\u200D])`;
const words = String.raw`${start}(?:[\p{L}\p{N}\p{M}\u200C\u200D ._/]*${end})?`;
const hyphenated = String.raw`${start}(?:[\p{L}\p{N}\p{M}\u200C\u200D ._/\-]*${end})?`;
const called = (pattern: string) => new RegExp(`^${noneLoose}${pattern}$`, 'u');
const whatLabelsHold = 'letters with their marks, digits, spaces and . _ /';

/** Text of labels: as it was stored, or composed as it enters and with something to see in it. */
type Text = () => z.ZodString;
const storedText: Text = () => z.string();
const givenText: Text = () =>
  givenString().check(({ value, issues }) => {
    const parts = value.split('-').filter((part) => part !== '');
    if (!parts.every(isVisible)) issues.push({ code: 'custom', message: mustBeSeen, input: value });
  });

/** May hold a `-`, as a seat's name may not: so the last `-` of a label always parts row and seat. */
const rowName = (text: Text) =>
  text()
    .max(seatLimits.labelLength)
    .regex(called(`(?:${hyphenated})?`), `must be ${whatLabelsHold} -`);
const seatName = (text: Text) =>
  text().min(1).max(seatLimits.labelLength).regex(called(words), `must be ${whatLabelsHold}`);
const seatNumber = z.int().min(0).max(seatLimits.seatNumber);

/** Two names are one seat, or one row, where this is the same. */
type Same = (name: string) => string;
const asWritten: Same = (name) => name;

/** A row of seats from left to right: its seats numbered through, or each named. */
function rowOf(text: Text, same: Same) {
  const numberedRow = z
    .strictObject({ row: rowName(text), first: seatNumber, last: seatNumber })
    .refine(({ first, last }) => first <= last, { path: ['last'], error: 'must not be before the first' })
    .refine(({ first, last }) => last - first < seatLimits.seatsInRow, {
      path: ['last'],
      error: `must not make more than ${seatLimits.seatsInRow} seats`,
    });
  const names = z.array(seatName(text)).min(1).max(seatLimits.seatsInRow);
  const namedRow = z.strictObject({
    row: rowName(text),
    seats: names.refine((seats) => allDiffer(seats, same), 'must not name a seat twice'),
  });
  return z.union(
    [numberedRow, namedRow],
    `must be {row, first, last} with numbers of 0 to ${seatLimits.seatNumber}, or {row, seats} with 1 to ${seatLimits.seatsInRow} names`,
  );
}

export type SeatRow = z.infer<ReturnType<typeof rowOf>>;

const rowsOf = (text: Text, same: Same) =>
  z
    .array(rowOf(text, same))
    .min(1)
    .max(seatLimits.rows)
    .refine(
      (rows) =>
        allDiffer(
          rows.map(({ row }) => row),
          same,
        ),
      'must not name a row twice',
    )
    .refine((rows) => seatCount(rows) <= seatLimits.seats, `must not make more than ${seatLimits.seats} seats`);

/** The rows of a pool, the front one first, as they were stored: earlier releases took names that look alike for two. */
export const seatRows = rowsOf(storedText, asWritten);

/** The rows of a new pool. */
export const givenSeatRows = rowsOf(givenText, sameText);

const label = (text: Text) =>
  text()
    .min(1)
    .max(2 * seatLimits.labelLength + 1)
    .regex(called(`(?:${hyphenated}-)?${words}`), 'must be a seat, or a row and a seat with a - between them');

/** What a ticket calls a seat: `A-1`, or `1` where the row has no name. */
export const seatLabel = label(storedText);
/** What a wish calls a seat. */
export const givenSeatLabel = label(givenText);

/** Seats by their labels alone, the front row first; `rowsOfLabels` makes rows of them. */
export const seatLabels = z
  .array(givenSeatLabel)
  .min(1)
  .max(seatLimits.seats)
  .refine((labels) => allDiffer(labels, sameText), 'must not name a seat twice')
  .superRefine((labels, context) => {
    const plan = givenSeatRows.safeParse(rowsOfLabels(labels));
    for (const { message } of plan.error?.issues ?? []) {
      context.addIssue({ code: 'custom', message: `rows and seats, parted at the last -: ${message}` });
    }
  });

export const labelOf = (row: string, seat: string) => (row === '' ? seat : `${row}-${seat}`);

/** From the left. */
export function labelsOfRow(row: SeatRow): string[] {
  if ('seats' in row) return row.seats.map((seat) => labelOf(row.row, seat));
  return Array.from({ length: seatsInRow(row) }, (_, nth) => labelOf(row.row, String(row.first + nth)));
}

/** The row and the seat that a label names. */
export function partsOfLabel(label: string): { row: string; seat: string } {
  const at = label.lastIndexOf('-');
  return at > 0 ? { row: label.slice(0, at), seat: label.slice(at + 1) } : { row: '', seat: label };
}

/** Rows in the order in which the labels first name them, and in each the seats in theirs. */
export function rowsOfLabels(labels: readonly string[]): SeatRow[] {
  const rows = new Map<string, { row: string; seats: string[] }>();
  for (const label of labels) {
    const { row, seat } = partsOfLabel(label);
    const known = rows.get(sameText(row));
    if (known) known.seats.push(seat);
    else rows.set(sameText(row), { row, seats: [seat] });
  }
  return [...rows.values()].map(({ row, seats }) => numberedThrough(row, seats) ?? { row, seats });
}

export function seatCount(rows: readonly SeatRow[]): number {
  return rows.reduce((count, row) => count + seatsInRow(row), 0);
}

export const seatsInRow = (row: SeatRow) => ('seats' in row ? row.seats.length : row.last - row.first + 1);

function numberedThrough(row: string, seats: readonly string[]): SeatRow | undefined {
  const first = Number(seats[0]);
  const last = first + seats.length - 1;
  const fits = Number.isSafeInteger(first) && first >= 0 && last <= seatLimits.seatNumber;
  return fits && seats.every((seat, nth) => seat === String(first + nth)) ? { row, first, last } : undefined;
}

export const allDiffer = (names: readonly string[], same: Same): boolean =>
  new Set(names.map(same)).size === names.length;
