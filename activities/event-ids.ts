import { hash } from 'node:crypto';
import { deterministicId } from '../src/domain';

/** A command of a purchase whose id is a UUIDv7: its first 48 bits are the time when it was asked for. */
const timed = /^purchase-([0-9a-f]{8}-[0-9a-f]{4})-7/;
const tailLetters = 12;
const tails = 16 ** tailLetters;

/**
 * The ids of a command's events, by their index: the same command has the same ids. See docs/decisions/007-event-ids.md.
 */
export function eventIds(commandId: string): (index: number) => string {
  const time = timed.exec(commandId)?.[1];
  if (time === undefined) return (index) => deterministicId(commandId, index);
  const digest = hash('sha1', commandId, 'hex');
  // The two leading bits of the fourth group are the variant, the digit before it is the version: 8, made our own way.
  const variant = ((Number.parseInt(digest.charAt(0), 16) & 0b11) | 0b1000).toString(16);
  const head = `${time}-8${digest.slice(1, 4)}-${variant}${digest.slice(4, 7)}-`;
  const first = Number.parseInt(digest.slice(7, 7 + tailLetters), 16);
  return (index) => head + ((first + index) % tails).toString(16).padStart(tailLetters, '0');
}
