import type { RecordedEvent } from '../store';

/** What a stream's events come to, up to one of them. */
export interface Folded<State> {
  state: State;
  version: number;
  position: number;
  createdAt: Date;
  updatedAt: Date;
}

/** How one event more is taken into what those before it came to. */
export function folding<State, Event>(
  codec: { decode(stored: RecordedEvent): Event },
  evolve: (state: State | undefined, event: Event) => State,
) {
  return (before: Folded<State> | undefined, stored: RecordedEvent): Folded<State> => {
    const { version, position, created } = stored;
    const state = evolve(before?.state, codec.decode(stored));
    return { state, version, position, createdAt: before?.createdAt ?? created, updatedAt: created };
  };
}
