import { type Frame, frame } from './event-stream';
import type { Listener } from './listener';
import type { LiveState, LiveView } from './view';

/** Something that is followed here, and by whom. */
export interface Topic {
  view: LiveView;
  name: string;
  state: LiveState | undefined;
  listeners: Set<Listener>;
}

export const frameOf = ({ event }: LiveView, { position, json, ahead }: LiveState): Frame =>
  frame(event, position, json, ahead);

export function keepNewest(topic: Topic, state: LiveState): void {
  if (!topic.state || topic.state.position <= state.position) topic.state = state;
}

/** Of several streams, the one with the highest position may be no part of the state any more: read later is newer all the same. */
export function notBefore({ state }: Topic, read: LiveState): LiveState {
  if (!read.alsoChangedBy || !state || state.position <= read.position) return read;
  return { ...read, position: state.position };
}
