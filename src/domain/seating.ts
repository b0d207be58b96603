import { z } from 'zod';

/** Where each limit of numbered seats is set. */
export const seatLimits = {
  seats: 100_000,
  rows: 2_000,
  seatsInRow: 1_000,
  labelLength: 20,
  seatNumber: 999_999,
} as const;

const words = String.raw`[\p{L}\p{N}](?:[\p{L}\p{N} ._/]*[\p{L}\p{N}.])?`;
const hyphenated = String.raw`[\p{L}\p{N}](?:[\p{L}\p{N} ._/-]*[\p{L}\p{N}.])?`;

/** May hold a `-`, as a seat's name may not: so the last `-` of a label always parts row and seat. */
const rowName = z
  .string()
  .max(seatLimits.labelLength)
  .regex(new RegExp(`^(?:${hyphenated})?$`, 'u'), 'must be letters, digits, spaces and . _ / -');
const seatName = z
  .string()
  .min(1)
  .max(seatLimits.labelLength)
  .regex(new RegExp(`^${words}$`, 'u'), 'must be letters, digits, spaces and . _ /');
const seatNumber = z.int().min(0).max(seatLimits.seatNumber);

const numberedRow = z
  .strictObject({ row: rowName, first: seatNumber, last: seatNumber })
  .refine(({ first, last }) => first <= last, { path: ['last'], error: 'must not be before the first' })
  .refine(({ first, last }) => last - first < seatLimits.seatsInRow, {
    path: ['last'],
    error: `must not make more than ${seatLimits.seatsInRow} seats`,
  });
const namedRow = z.strictObject({
  row: rowName,
  seats: z.array(seatName).min(1).max(seatLimits.seatsInRow).refine(allDiffer, 'must not name a seat twice'),
});

/** A row of seats from left to right: its seats numbered through, or each named. */
export const seatRow = z.union(
  [numberedRow, namedRow],
  `must be {row, first, last} with numbers of 0 to ${seatLimits.seatNumber}, or {row, seats} with 1 to ${seatLimits.seatsInRow} names`,
);
export type SeatRow = z.infer<typeof seatRow>;

/** The rows of a pool, the front one first. */
export const seatRows = z
  .array(seatRow)
  .min(1)
  .max(seatLimits.rows)
  .refine((rows) => allDiffer(rows.map(({ row }) => row)), 'must not name a row twice')
  .refine((rows) => seatCount(rows) <= seatLimits.seats, `must not make more than ${seatLimits.seats} seats`);

/** What a ticket and a wish call a seat: `A-1`, or `1` where the row has no name. */
export const seatLabel = z
  .string()
  .min(1)
  .max(2 * seatLimits.labelLength + 1)
  .regex(new RegExp(`^(?:${hyphenated}-)?${words}$`, 'u'), 'must be a seat, or a row and a seat with a - between them');

/** Seats by their labels alone, the front row first; `rowsOfLabels` makes rows of them. */
export const seatLabels = z
  .array(seatLabel)
  .min(1)
  .max(seatLimits.seats)
  .refine(allDiffer, 'must not name a seat twice')
  .superRefine((labels, context) => {
    const plan = seatRows.safeParse(rowsOfLabels(labels));
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
  const rows = new Map<string, string[]>();
  for (const label of labels) {
    const { row, seat } = partsOfLabel(label);
    const seats = rows.get(row);
    if (seats) seats.push(seat);
    else rows.set(row, [seat]);
  }
  return [...rows].map(([row, seats]) => numberedThrough(row, seats) ?? { row, seats });
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

function allDiffer(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}
