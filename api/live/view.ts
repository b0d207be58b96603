import type { Ahead } from './event-stream';

/** A kind of thing that can be followed. */
export interface LiveView {
  /** The name of its events on the wire. */
  event: 'availability' | 'purchase' | 'cart';
  /** The stream whose commits change it. */
  stream(name: string): string;
  /**
   * Its state, no older than the call; undefined where there is nothing to tell yet.
   * @param known an earlier state, where there is one: what has not changed since need not be read again
   */
  read(name: string, known?: LiveState): Promise<LiveState | undefined>;
}

export interface LiveState {
  position: number;
  /** In one line. */
  json: string;
  /** Streams that change it beside the view's own. */
  alsoChangedBy?: readonly string[];
  /** Nothing can change it any more: once it is told, its stream ends. */
  isLast?: boolean;
  /** What changed is told before the state itself, for views of which the whole would be too much each time. */
  ahead?: Ahead;
}
