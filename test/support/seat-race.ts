import { type Arbitrary, integer, nat, oneof, sample, shuffledSubarray, tuple } from 'fast-check';
import type { SeatRow, SeatStatus } from '../../src/domain';
import { testSeed } from './random';

/** Fifty seats, for which many race. */
export const fiftySeats: SeatRow[] = ['A', 'B', 'C', 'D', 'E'].map((row) => ({ row, first: 1, last: 10 }));
const labels = fiftySeats.flatMap(({ row }) => Array.from({ length: 10 }, (_, nth) => `${row}-${nth + 1}`));

/** One to four seats by name, side by side as people like to sit, or as many of whichever are best. */
export type Wish = { readonly seats: readonly string[] } | { readonly quantity: number };

const quantity = integer({ min: 1, max: 4 });
const named = tuple(nat({ max: labels.length - 1 }), quantity).map(([first, count]) => ({
  seats: labels.slice(Math.min(first, labels.length - count)).slice(0, count),
}));
const best = quantity.map((count) => ({ quantity: count }));
const wish: Arbitrary<Wish> = oneof({ weight: 5, arbitrary: named }, { weight: 1, arbitrary: best });

/** The same for the same seed of this run; every seat is wished by somebody. */
export function wishesOf(buyers: number): Wish[] {
  const seats = labels.map((seat) => ({ seats: [seat] }));
  const random = sample(wish, { seed: testSeed(), numRuns: buyers - seats.length });
  const all = [...random, ...seats];
  const [order] = sample(shuffledSubarray(all, { minLength: all.length }), { seed: testSeed(), numRuns: 1 });
  return order ?? all;
}

/** What became of a wish: the seats that were given, or why it was refused. */
export type Given =
  | { readonly seats: readonly string[] }
  | { readonly slug: 'seat-unavailable'; readonly unavailable: readonly string[] }
  | { readonly slug: 'insufficient-inventory'; readonly available: number };

/** Everybody got what they wished or could no longer have it: no seat went twice, none stayed free for whom nothing stood in the way. */
export function expectFairRace(
  wishes: readonly Wish[],
  given: readonly Given[],
  statusOf: (seat: string) => SeatStatus | undefined,
): void {
  const taken = given.flatMap((each) => ('seats' in each ? each.seats : []));
  expect(new Set(taken).size).toBe(taken.length);
  const free = labels.filter((seat) => statusOf(seat) === 'available');
  expect([...free, ...taken].sort()).toEqual([...labels].sort());
  for (const [nth, each] of given.entries()) {
    const wished = wishes[nth];
    if (!wished) throw new Error('an answer to nobody');
    const count = 'seats' in wished ? wished.seats.length : wished.quantity;
    if ('seats' in each) {
      if ('seats' in wished) expect(each.seats).toEqual(wished.seats);
      else expect(each.seats).toHaveLength(count);
    } else if (each.slug === 'seat-unavailable') {
      // Nobody gave anything back, so what stood in the way still does.
      expect(each.unavailable).not.toEqual([]);
      if (!('seats' in wished)) throw new Error('whoever named no seat was refused one');
      for (const seat of each.unavailable) {
        expect(wished.seats).toContain(seat);
        expect(free).not.toContain(seat);
      }
    } else {
      expect(each.available).toBeLessThan(count);
      expect(free.length).toBeLessThanOrEqual(each.available);
    }
  }
}
