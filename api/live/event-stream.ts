import { hash } from 'node:crypto';

/** What server-sent events look like on the wire, and what a listener says of those it has seen. */
export const eventStreamHeaders = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
} as const;

/** What goes before a state, to whoever has seen everything up to a position. */
export type Ahead = (seen: number) => Buffer | undefined;

/** A state, ready to be sent to everybody who follows it. */
export interface Frame {
  position: number;
  bytes: Buffer;
  /** The same for the same bytes, and much shorter. */
  digest: string;
  ahead?: Ahead | undefined;
}

/** @param json in one line, as JSON.stringify writes it. */
export function frame(event: string, position: number, json: string, ahead?: Ahead): Frame {
  const text = `id: ${position}\nevent: ${event}\ndata: ${json}\n\n`;
  return { position, bytes: Buffer.from(text), digest: hash('sha1', text, 'base64'), ahead };
}

/** An event that is seen only with the state after it, and so has no id of its own. */
export function eventAhead(event: string, json: string): Buffer {
  return Buffer.from(`event: ${event}\ndata: ${json}\n\n`);
}

/** Says only that the connection is alive. */
export const comment = Buffer.from(':\n\n');

/** How long a listener waits before it connects again. */
export const retryHint = (milliseconds: number) => `retry: ${milliseconds}\n\n`;

/** Before every position: nothing was seen. */
export const nothingSeen = -1;

/**
 * The position of `Last-Event-ID`. What is no position counts as none, and so does one beyond the newest: it comes from
 * another history than ours.
 */
export function lastSeen(header: string | undefined, newest: number): number {
  if (header === undefined || !/^\d{1,16}$/.test(header)) return nothingSeen;
  const position = Number(header);
  return position <= newest ? position : nothingSeen;
}
