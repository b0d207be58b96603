import { z } from 'zod';
import { eventCodec } from './event-codec';
import { deterministicId } from './identifiers';
import { PersistentMap } from './persistent-map';
import { accept, type Decision, refuse } from './refusal';
import { type ShowSettings, showName } from './show-settings';
import { inSmallLetters } from './text';

const instant = z.iso.datetime({ offset: true });

const booking = z.object({ show: showName, from: instant, until: instant });
/** A show has the venue from `from` on and until just before `until`: the next one may begin at that very instant. */
export type Booking = z.infer<typeof booking>;

export const venueEvents = {
  VenueBooked: booking.extend({ venue: z.string() }),
  VenueFreed: z.object({ show: showName }),
};
export type VenueEvent = {
  [Type in keyof typeof venueEvents]: { type: Type; data: z.infer<(typeof venueEvents)[Type]> };
}[keyof typeof venueEvents];
export const venueCodec = eventCodec(venueEvents);

/** The bookings of a venue by show; before the first its state is `undefined`. */
export interface Venue {
  bookings: PersistentMap<string, Booking>;
}

/** Names that mean the same venue, however they are written: capitals, spaces and what cannot be seen do not count. */
export const sameVenue = (name: string) =>
  inSmallLetters(name.normalize('NFKC')).normalize('NFKC').trim().replaceAll(/\s+/g, ' ');

export const venueStream = (name: string) => `venue-${deterministicId('venue', sameVenue(name))}`;

export function evolveVenue(venue: Venue | undefined, event: VenueEvent): Venue {
  const bookings = venue?.bookings ?? PersistentMap.of<string, Booking>();
  switch (event.type) {
    case 'VenueBooked': {
      const { show, from, until } = event.data;
      return { bookings: bookings.set(show, { show, from, until }) };
    }
    case 'VenueFreed':
      return { bookings: bookings.delete(event.data.show) };
  }
}

type Occupation = Pick<ShowSettings, 'name' | 'startsAt' | 'durationMinutes' | 'turnaroundMinutes'>;

/** How long a show has its venue: for its duration and the turnaround after it. */
export function bookingOf({ name, startsAt, durationMinutes, turnaroundMinutes }: Occupation): Booking {
  const from = Date.parse(startsAt);
  const until = from + (durationMinutes + turnaroundMinutes) * 60_000;
  return { show: name, from: new Date(from).toISOString(), until: new Date(until).toISOString() };
}

const overlap = (one: Booking, other: Booking) =>
  Date.parse(one.from) < Date.parse(other.until) && Date.parse(other.from) < Date.parse(one.until);

/** Books the venue, or moves the booking that the show has in it already. */
export function bookVenue(venue: Venue | undefined, name: string, wanted: Booking): Decision<VenueEvent> {
  const { show, from, until } = wanted;
  const other = venue?.bookings.values().find((each) => each.show !== show && overlap(each, wanted));
  if (other) {
    return refuse({ slug: 'venue-occupied', venue: name, show: other.show, from: other.from, until: other.until });
  }
  const own = venue?.bookings.get(show);
  if (own?.from === from && own.until === until) return accept();
  return accept(...freeVenue(venue, show), { type: 'VenueBooked', data: { venue: name, show, from, until } });
}

/** Nothing where the show has no booking. */
export function freeVenue(venue: Venue | undefined, show: string): VenueEvent[] {
  return venue?.bookings.get(show) ? [{ type: 'VenueFreed', data: { show } }] : [];
}
