import type { ShowEvent, ShowSection, ShowSettings, VenueEvent } from '../../src/domain';
import { euros } from './domain-events';

export const showSection = (changes: Partial<ShowSection> = {}): ShowSection => ({
  name: 'stalls',
  capacity: 100,
  price: euros(50),
  maxPerPurchase: 4,
  holdSeconds: 300,
  ...changes,
});

/** A show of two hours and ten minutes of cleaning, changed where a test says so. */
export const showSettings = (changes: Partial<ShowSettings> = {}): ShowSettings => ({
  name: 'spring-gala',
  title: 'Spring Gala',
  promoter: 'pat',
  venue: 'Odeon Hall 1',
  startsAt: '2026-06-01T18:00:00.000Z',
  durationMinutes: 120,
  turnaroundMinutes: 10,
  refundPolicy: [],
  sections: [showSection(), showSection({ name: 'balcony', capacity: 40, price: euros(30) })],
  ...changes,
});

export const drafted = (changes: Partial<ShowSettings> = {}): ShowEvent => ({
  type: 'ShowDrafted',
  data: showSettings(changes),
});
export const changed = (changes: Partial<ShowSettings> = {}): ShowEvent => ({
  type: 'ShowChanged',
  data: showSettings(changes),
});
export const published: ShowEvent = { type: 'ShowPublished', data: {} };
export const salesOpened: ShowEvent = { type: 'ShowSalesOpened', data: {} };
export const salesClosed: ShowEvent = { type: 'ShowSalesClosed', data: {} };
export const completed: ShowEvent = { type: 'ShowCompleted', data: {} };
export const cancelled = (reason = 'the singer is ill'): ShowEvent => ({ type: 'ShowCancelled', data: { reason } });

export const booked = (show: string, from: string, until: string, venue = 'Odeon Hall 1'): VenueEvent => ({
  type: 'VenueBooked',
  data: { venue, show, from, until },
});
export const freed = (show: string): VenueEvent => ({ type: 'VenueFreed', data: { show } });
