import { array, assert, constantFrom, integer, property, record } from 'fast-check';
import { type Booking, bookVenue, evolveVenue, freeVenue, type Venue } from '../../src/domain';
import { testSeed } from '../support/random';

const minute = 60_000;
const noon = Date.parse('2026-06-01T12:00:00Z');
const shows = ['a', 'b', 'c', 'd', 'e', 'f'];

const wishes = array(
  record({
    show: constantFrom(...shows),
    isOff: integer({ min: 0, max: 4 }).map((dice) => dice === 0),
    from: integer({ min: 0, max: 60 }),
    minutes: integer({ min: 1, max: 20 }),
  }),
  { maxLength: 60 },
);

/** The venue's diary, a line for each minute, with the show that has it. */
function diaryOf(bookings: readonly Booking[]): Map<number, string> {
  const diary = new Map<number, string>();
  for (const { show, from, until } of bookings) {
    for (let at = Date.parse(from); at < Date.parse(until); at += minute) {
      expect([at, diary.get(at)]).toEqual([at, undefined]);
      diary.set(at, show);
    }
  }
  return diary;
}

describe('a venue', () => {
  it('is booked exactly where every minute that is wished for is free, and never twice', () => {
    const runs = property(wishes, (asked) => {
      let venue: Venue | undefined;
      for (const { show, isOff, from, minutes } of asked) {
        const others = diaryOf((venue?.bookings.values() ?? []).filter((each) => each.show !== show));
        const at = (nth: number) => noon + nth * minute;
        const wish = {
          show,
          from: new Date(at(from)).toISOString(),
          until: new Date(at(from + minutes)).toISOString(),
        };
        const decision = isOff
          ? { accepted: true as const, events: freeVenue(venue, show) }
          : bookVenue(venue, 'hall', wish);
        const taken = Array.from({ length: minutes }, (_, nth) => others.get(at(from + nth))).filter(Boolean);
        if (!isOff) expect(decision.accepted).toBe(taken.length === 0);
        if (!decision.accepted) expect(taken).toContain('show' in decision.refusal ? decision.refusal.show : '');
        else venue = decision.events.reduce<Venue | undefined>(evolveVenue, venue);
        diaryOf(venue?.bookings.values() ?? []);
      }
    });
    assert(runs, { seed: testSeed() });
  });
});
