import { salesEnd } from './hours';
import type { Pool } from './pool';
import type { PoolEvent, PoolSettings } from './pool-events';
import { invariant, type Refusal } from './refusal';
import { draftShow, type Show, type ShowCommand, type ShowEvent, steerShow } from './show';
import type { ShowSection, ShowSettings } from './show-settings';
import { cancelPool, closePool, createPool, openPool } from './steering';
import { bookingOf, bookVenue, freeVenue, sameVenue, type Venue, type VenueEvent } from './venue';

/** What a step of a show does to all that hangs on it: every event of it is appended, or none. */
export interface ShowPlan {
  show: ShowEvent[];
  /** By the name of the venue. */
  venues: Map<string, VenueEvent[]>;
  /** By the name of the pool. */
  pools: Map<string, PoolEvent[]>;
}

export type Planned = { accepted: true; plan: ShowPlan } | { accepted: false; refusal: Refusal };

/** The venues and pools as they are now. */
export interface ShowSurroundings {
  venueNamed(name: string): Venue | undefined;
  poolNamed(name: string): Pool | undefined;
}

export const poolOfSection = (show: string, section: string) => `${show}--${section}`;
export const poolsOfShow = ({ name, sections }: Pick<ShowSettings, 'name' | 'sections'>) =>
  sections.map((section) => poolOfSection(name, section.name));

/** The pool that a section becomes when its show is published. Nothing is sold after its closing time, however late the show is closed. */
export function poolOf(show: ShowSettings, { name, title, ...section }: ShowSection): PoolSettings {
  return {
    ...section,
    name: poolOfSection(show.name, name),
    title: `${show.title}: ${title ?? name}`,
    promoter: show.promoter,
    startsAt: show.startsAt,
    ...(show.opensAt !== undefined && { opensAt: show.opensAt }),
    closesAt: salesEnd(show),
    show: show.name,
  };
}

/** A pool that is there before its show was published is another's: made by an earlier release, it may have any name. */
function takenBefore(plan: ShowSettings, poolNamed: ShowSurroundings['poolNamed']): Refusal | undefined {
  const pool = poolsOfShow(plan).find((name) => poolNamed(name) !== undefined);
  return pool === undefined ? undefined : { slug: 'pool-name-taken', pool };
}

/** Plans a show and books its venue. The names of its sections are its own from now on: no other pool may have them. */
export function planDraft(
  show: Show | undefined,
  settings: ShowSettings,
  { venueNamed, poolNamed }: ShowSurroundings,
  now: Date,
): Planned {
  const drafted = draftShow(show, settings, now);
  if (!drafted.accepted) return drafted;
  const plan = planOf(drafted.events);
  if (drafted.events.length === 0) return { accepted: true, plan };
  const taken = takenBefore(settings, poolNamed);
  if (taken) return { accepted: false, refusal: taken };
  const booked = bookVenue(venueNamed(settings.venue), settings.venue, bookingOf(settings));
  if (!booked.accepted) return booked;
  plan.venues.set(settings.venue, booked.events);
  return { accepted: true, plan };
}

/** Takes a show on in its life, and its venue and all its pools with it. A refusal by one of them refuses the whole. */
export function planStep(
  show: Show | undefined,
  name: string,
  command: ShowCommand,
  around: ShowSurroundings,
  now: Date,
): Planned {
  const decision = steerShow(show, name, command, now);
  if (!decision.accepted) return decision;
  const plan = planOf(decision.events);
  for (const event of decision.events) {
    invariant(show !== undefined, () => `${event.type} of no show`);
    const refusal = carryOut(plan, event, show, around);
    if (refusal) return { accepted: false, refusal };
  }
  return { accepted: true, plan };
}

const planOf = (show: ShowEvent[]): ShowPlan => ({ show, venues: new Map(), pools: new Map() });

function carryOut(
  { venues, pools }: ShowPlan,
  event: ShowEvent,
  before: Show,
  { venueNamed, poolNamed }: ShowSurroundings,
): Refusal | undefined {
  const { name, venue, sections } = before;
  const forEachPool = (act: (pool: Pool) => PoolEvent[]) => {
    for (const pool of poolsOfShow(before)) pools.set(pool, act(existing(poolNamed(pool), pool)));
  };
  switch (event.type) {
    case 'ShowChanged': {
      const after = event.data;
      const taken = takenBefore(after, poolNamed);
      if (taken) return taken;
      const booked = bookVenue(venueNamed(after.venue), after.venue, bookingOf(after));
      if (!booked.accepted) return booked.refusal;
      venues.set(after.venue, booked.events);
      if (sameVenue(venue) !== sameVenue(after.venue)) venues.set(venue, freeVenue(venueNamed(venue), name));
      return undefined;
    }
    case 'ShowPublished':
      for (const section of sections) {
        const settings = poolOf(before, section);
        const created = createPool(poolNamed(settings.name), settings);
        if (!created.accepted) return created.refusal;
        pools.set(settings.name, created.events);
      }
      return undefined;
    case 'ShowSalesOpened':
      forEachPool(openPool);
      return undefined;
    case 'ShowSalesClosed':
      forEachPool(closePool);
      return undefined;
    case 'ShowCancelled':
      venues.set(venue, freeVenue(venueNamed(venue), name));
      // A draft has no pools: whatever has their names is not its own.
      if (before.published) forEachPool((pool) => cancelPool(pool, event.data.reason));
      return undefined;
    default:
      return undefined;
  }
}

function existing(pool: Pool | undefined, name: string): Pool {
  invariant(pool !== undefined, () => `the show of pool ${name} is published without it`);
  return pool;
}
