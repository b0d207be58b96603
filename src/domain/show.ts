import { z } from 'zod';
import { asItWas, eventCodec } from './event-codec';
import { salesEnd } from './hours';
import { accept, type Decision, invariant, refuse } from './refusal';
import { faultsOf, type ShowSettings, showEnd, showLimits, showSettings } from './show-settings';

export const showEvents = {
  ShowDrafted: showSettings,
  /** The whole plan as it is from now on. */
  ShowChanged: showSettings,
  ShowPublished: z.object({}),
  ShowSalesOpened: z.object({}),
  ShowSalesClosed: z.object({}),
  ShowCompleted: z.object({}),
  ShowCancelled: z.object({ reason: z.string() }),
};
export type ShowEvent = {
  [Type in keyof typeof showEvents]: { type: Type; data: z.infer<(typeof showEvents)[Type]> };
}[keyof typeof showEvents];
export const showCodec = eventCodec(showEvents, {
  // What came with the second version limits what may be held of the show's pools: who does not know it must not publish it.
  ShowDrafted: { version: 2, upcasts: { 1: asItWas } },
  ShowChanged: { version: 2, upcasts: { 1: asItWas } },
});

export const showStatuses = ['draft', 'published', 'sales-open', 'sales-closed', 'completed', 'cancelled'] as const;
export type ShowStatus = (typeof showStatuses)[number];

/** A show that was drafted; before that its state is `undefined`. */
export interface Show extends ShowSettings {
  status: ShowStatus;
  /** Whether it ever was: one that was cancelled as a draft never became known. */
  published: boolean;
  cancelled?: { reason: string };
}

export function evolveShow(state: Show | undefined, event: ShowEvent): Show {
  if (event.type === 'ShowDrafted') {
    invariant(state === undefined, () => `show ${event.data.name} drafted twice`);
    return { ...event.data, status: 'draft', published: false };
  }
  invariant(state !== undefined, () => `${event.type} before ShowDrafted`);
  switch (event.type) {
    case 'ShowChanged':
      invariant(state.status === 'draft', () => `show ${state.name} changed when it was ${state.status}`);
      return { ...event.data, status: 'draft', published: false };
    case 'ShowPublished':
      return { ...state, status: 'published', published: true };
    case 'ShowSalesOpened':
      return { ...state, status: 'sales-open' };
    case 'ShowSalesClosed':
      return { ...state, status: 'sales-closed' };
    case 'ShowCompleted':
      return { ...state, status: 'completed' };
    case 'ShowCancelled':
      return { ...state, status: 'cancelled', cancelled: { reason: event.data.reason } };
  }
}

/** The fields of a plan that may be changed; null takes away what need not be there. */
export type ShowChange = {
  [Field in Exclude<keyof ShowSettings, 'name' | 'promoter'>]?:
    | ShowSettings[Field]
    | (undefined extends ShowSettings[Field] ? null : never)
    | undefined;
};

/** What a promoter, or the show's own timers, may ask of a show. */
export type ShowCommand =
  | { kind: 'publish' }
  | { kind: 'openSales' }
  | { kind: 'closeSales' }
  | { kind: 'complete' }
  | { kind: 'changeShow'; change: ShowChange }
  | { kind: 'cancelShow'; reason: string }
  /** However near the start is: what no promoter asks for. */
  | { kind: 'callOff'; reason: string };

/** Two plans are the same plan. */
export function isSamePlan(one: ShowSettings, other: ShowSettings): boolean {
  const written = (settings: ShowSettings) => JSON.stringify(showSettings.parse(settings));
  return written(one) === written(other);
}

/** Why nobody could be sold a ticket of this plan any more; undefined for one that is still ahead. */
function overBy(settings: ShowSettings, now: Date) {
  const { name, startsAt } = settings;
  const isPast = (instant: string) => Date.parse(instant) <= now.getTime();
  if (isPast(startsAt)) return refuse<ShowEvent>({ slug: 'past-date', show: name, field: 'startsAt' });
  if (isPast(salesEnd(settings))) return refuse<ShowEvent>({ slug: 'past-date', show: name, field: 'closesAt' });
  return undefined;
}

function refuseUnsound(settings: ShowSettings, now: Date): Decision<ShowEvent> | undefined {
  const errors = faultsOf(settings);
  return errors.length > 0 ? refuse({ slug: 'validation-failed', errors }) : overBy(settings, now);
}

/** Plans a show. Asked again for the same plan nothing is to be done. */
export function draftShow(show: Show | undefined, settings: ShowSettings, now: Date): Decision<ShowEvent> {
  if (show && isSamePlan(show, settings)) return accept();
  if (show) return refuse({ slug: 'show-name-taken', show: settings.name });
  return refuseUnsound(settings, now) ?? accept({ type: 'ShowDrafted', data: showSettings.parse(settings) });
}

function changed(show: Show, change: ShowChange): ShowSettings {
  const merged = { ...show, ...Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) };
  return showSettings.parse(Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null)));
}

const hour = 3_600_000;

/** Takes a show on in its life; nothing is appended when it is already as asked. */
export function steerShow(show: Show | undefined, name: string, command: ShowCommand, now: Date): Decision<ShowEvent> {
  if (!show) return refuse({ slug: 'not-found', what: `show ${name}` });
  const { status } = show;
  const isOver = (instant: string) => now.getTime() >= Date.parse(instant);
  const conflict = () => refuse<ShowEvent>({ slug: 'show-status-conflict', show: name, showStatus: status });
  switch (command.kind) {
    case 'publish':
      if (status === 'published') return accept();
      if (status !== 'draft') return conflict();
      return overBy(show, now) ?? accept({ type: 'ShowPublished', data: {} });
    case 'openSales':
      if (status === 'sales-open') return accept();
      if (status !== 'published') return conflict();
      return overBy(show, now) ?? accept({ type: 'ShowSalesOpened', data: {} });
    case 'closeSales': {
      if (status === 'sales-closed') return accept();
      const mayClose = status === 'sales-open' || (status === 'published' && isOver(salesEnd(show)));
      return mayClose ? accept({ type: 'ShowSalesClosed', data: {} }) : conflict();
    }
    case 'complete': {
      if (status === 'completed') return accept();
      const mayComplete = status === 'sales-closed' && isOver(showEnd(show));
      return mayComplete ? accept({ type: 'ShowCompleted', data: {} }) : conflict();
    }
    case 'changeShow': {
      if (status !== 'draft') return conflict();
      const settings = changed(show, command.change);
      if (isSamePlan(show, settings)) return accept();
      return refuseUnsound(settings, now) ?? accept({ type: 'ShowChanged', data: settings });
    }
    case 'cancelShow':
    case 'callOff': {
      if (status === 'cancelled') return accept();
      if (status === 'completed') return conflict();
      const lastMoment = Date.parse(show.startsAt) - showLimits.cancelHours * hour;
      if (command.kind === 'cancelShow' && now.getTime() > lastMoment) {
        return refuse({ slug: 'too-close-to-start', show: name, startsAt: show.startsAt });
      }
      return accept({ type: 'ShowCancelled', data: { reason: command.reason } });
    }
  }
}
