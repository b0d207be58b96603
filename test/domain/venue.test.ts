import { bookingOf, bookVenue, evolveVenue, freeVenue, venueStream } from '../../src/domain';
import { scenarios } from '../support/scenario';
import { booked, freed, showSettings } from '../support/show-events';

const { given } = scenarios(evolveVenue);
const hall = 'Odeon Hall 1';
const at = (time: string) => `2026-06-01T${time}:00.000Z`;
const wish = (show: string, from: string, until: string) => ({ show, from: at(from), until: at(until) });
const afternoon = booked('afternoon', at('14:00'), at('16:10'));

describe('booking a venue', () => {
  it('takes it for the duration of the show and the turnaround after it', () => {
    given()
      .when((venue) => bookVenue(venue, hall, bookingOf(showSettings({ startsAt: '2026-06-01T20:00:00+02:00' }))))
      .gives(booked('spring-gala', at('18:00'), at('20:10')));
  });

  it.each([
    ['at the same time', '14:00', '16:10'],
    ['that begins before its end', '16:09', '18:00'],
    ['that ends after its beginning', '12:00', '14:01'],
    ['around it', '13:00', '17:00'],
    ['within it', '15:00', '15:30'],
  ])('is refused for a show %s as another, which is named', (_how, from, until) => {
    given(afternoon)
      .when((venue) => bookVenue(venue, hall, wish('evening', from, until)))
      .refuses({ slug: 'venue-occupied', venue: hall, ...wish('afternoon', '14:00', '16:10') });
  });

  it.each([
    ['before', '12:00', '14:00'],
    ['after', '16:10', '18:00'],
  ])('lets one show follow another without a break: %s it', (_where, from, until) => {
    given(afternoon)
      .when((venue) => bookVenue(venue, hall, wish('other', from, until)))
      .gives(booked('other', at(from), at(until)));
  });

  it('moves the booking that the show has already, over its own old time as well', () => {
    given(afternoon)
      .when((venue) => bookVenue(venue, hall, wish('afternoon', '15:00', '17:10')))
      .gives(freed('afternoon'), booked('afternoon', at('15:00'), at('17:10')));
  });

  it('is nothing to do where it is booked so already', () => {
    given(afternoon)
      .when((venue) => bookVenue(venue, hall, wish('afternoon', '14:00', '16:10')))
      .givesNothing();
  });

  it('can be had again once it was freed', () => {
    given(afternoon, freed('afternoon'))
      .when((venue) => bookVenue(venue, hall, wish('evening', '14:00', '16:10')))
      .gives(booked('evening', at('14:00'), at('16:10')));
  });
});

describe('freeing a venue', () => {
  it('ends the booking of the show, once', () => {
    given(afternoon)
      .when((venue) => freeVenue(venue, 'afternoon'))
      .gives(freed('afternoon'));
    given(afternoon, freed('afternoon'))
      .when((venue) => freeVenue(venue, 'afternoon'))
      .givesNothing();
    given()
      .when((venue) => freeVenue(venue, 'afternoon'))
      .givesNothing();
  });
});

describe('a venue', () => {
  it('is the same however its name is written', () => {
    const odeon = [
      'Odeon Hall 1',
      ' odeon hall 1 ',
      'ODEON  HALL\t1',
      'Odeon Hall １',
      'Ode\u00adon Hall\u200b 1',
      'Odeon Hall \u200f1',
    ];
    const others = [
      ['Große Halle', 'GROSSE HALLE', 'Gro\u00dfe halle'],
      ['Café', 'Cafe\u0301', 'CAFÉ'],
      ['ΟΔΟΣ', 'οδος', 'Οδοσ'],
    ];
    for (const names of [odeon, ...others]) expect(new Set(names.map(venueStream)).size).toBe(1);
    expect(venueStream('Odeon Hall 2')).not.toBe(venueStream(hall));
    expect(venueStream(hall)).toMatch(/^venue-[0-9a-f-]{36}$/);
  });
});
