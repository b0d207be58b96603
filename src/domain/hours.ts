/**
 * When a sale is over by itself: at its closing time, or else at the start of what is sold. Undefined where neither is known.
 * The stored events of earlier releases may hold a closing time after the start: that was agreed, and holds.
 */
export const salesEnd = <Start extends string | undefined>({
  closesAt,
  startsAt,
}: {
  closesAt?: string | undefined;
  startsAt?: Start;
}): string | Start => closesAt ?? (startsAt as Start);
