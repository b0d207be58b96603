/** Seats as one would look for them by eye: every row is gone through, and every place in it. */
export type Hall = readonly (readonly boolean[])[];

interface Spot {
  row: number;
  start: number;
}

const isFree = (hall: Hall, row: number, seat: number) => hall[row]?.[seat] === true;

export function fits(hall: Hall, { row, start }: Spot, quantity: number): boolean {
  return Array.from({ length: quantity }, (_, nth) => nth).every((nth) => isFree(hall, row, start + nth));
}

/** Whether a seat beside the block becomes single that was not. */
export function orphans(hall: Hall, { row, start }: Spot, quantity: number): boolean {
  const end = start + quantity;
  const left = isFree(hall, row, start - 1) && !isFree(hall, row, start - 2);
  const right = isFree(hall, row, end) && !isFree(hall, row, end + 1);
  return left || right;
}

export function distance(hall: Hall, { row, start }: Spot, quantity: number): number {
  const length = hall[row]?.length ?? 0;
  return (2 * row) ** 2 + Math.abs(2 * start + quantity - 1 - (length - 1)) ** 2;
}

/** Every place where so many sit together, in order of rows and seats. */
export function spots(hall: Hall, quantity: number): Spot[] {
  return hall
    .flatMap((seats, row) => seats.map((_, start) => ({ row, start })))
    .filter((spot) => fits(hall, spot, quantity));
}

function together(hall: Hall, quantity: number): Spot | undefined {
  const all = spots(hall, quantity);
  const tidy = all.filter((spot) => !orphans(hall, spot, quantity));
  const [best] = (tidy.length > 0 ? tidy : all).toSorted(
    (one, other) =>
      distance(hall, one, quantity) - distance(hall, other, quantity) || one.row - other.row || one.start - other.start,
  );
  return best;
}

/** The seats that the rule of docs/decisions/013 gives, as `row/place`. */
export function bestByEye(hall: Hall, quantity: number): string[] | undefined {
  if (hall.flat().filter(Boolean).length < quantity) return undefined;
  const given: string[] = [];
  let left = hall;
  let missing = quantity;
  while (missing > 0) {
    let size = missing;
    let spot = together(left, size);
    while (!spot) {
      size -= 1;
      spot = together(left, size);
    }
    const { row, start } = spot;
    const isTaken = (of: number, seat: number) => of === row && seat >= start && seat < start + size;
    for (let nth = 0; nth < size; nth += 1) given.push(`${row}/${start + nth}`);
    left = left.map((seats, of) => seats.map((free, seat) => free && !isTaken(of, seat)));
    missing -= size;
  }
  return given;
}
