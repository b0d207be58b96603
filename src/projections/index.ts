/** Read models, one a file: its rows, how a commit changes them, its queries. */
import type { InlineWrite, StreamChange } from '../store';
import { writeAvailability } from './availability';
import { writePurchases } from './purchases';
import { writeSalesByDay } from './sales-by-day';

export * from './availability';
export * from './purchases';
export * from './sales-by-day';

/** Every read model that is written in the append's own statement. */
export function inlineProjections(changes: readonly StreamChange[]): InlineWrite[] {
  return [writeAvailability, writePurchases, writeSalesByDay].flatMap((write) => write(changes) ?? []);
}
