/** When a purchase's hold ends, in milliseconds since 1970. */
export interface HoldEnd {
  at: number;
  purchaseId: string;
}

/** A leftist heap: the first to end is on top, and the way along the right side is short. Never changes. */
interface Heap extends HoldEnd {
  readonly rank: number;
  readonly left: Heap | undefined;
  readonly right: Heap | undefined;
}

/** Ends that are of no use any more are let go of at the latest when there are so many more of them than of live ones. */
const slack = 1_000;

const rankOf = (heap: Heap | undefined) => heap?.rank ?? 0;

function merged(one: Heap | undefined, other: Heap | undefined): Heap | undefined {
  if (!one || !other) return one ?? other;
  const [top, rest] = one.at <= other.at ? [one, other] : [other, one];
  const { at, purchaseId, left } = top;
  const right = merged(top.right, rest);
  return rankOf(left) >= rankOf(right)
    ? { at, purchaseId, rank: rankOf(right) + 1, left, right }
    : { at, purchaseId, rank: rankOf(left) + 1, left: right, right: left };
}

/**
 * Which hold ends next, in whatever order holds begin and end. Adding one and finding the first cost a few steps, however
 * many there are; one that is over stays until it would be the first. Never changes: what changes it gives a new one.
 */
export class HoldEnds {
  static readonly none = new HoldEnds(undefined, 0);

  private constructor(
    private readonly heap: Heap | undefined,
    readonly size: number,
  ) {}

  static of(ends: Iterable<HoldEnd>): HoldEnds {
    let all = HoldEnds.none;
    for (const end of ends) all = all.with(end);
    return all;
  }

  with({ at, purchaseId }: HoldEnd): HoldEnds {
    const single: Heap = { at, purchaseId, rank: 1, left: undefined, right: undefined };
    return new HoldEnds(merged(this.heap, single), this.size + 1);
  }

  /**
   * The same with a live one on top, if there is any. Must be asked for after each end of a hold: `next` believes it.
   * @param live those that are, where all have to be gone through
   */
  settled(isLive: (end: HoldEnd) => boolean, live: { size: number; all(): Iterable<HoldEnd> }): HoldEnds {
    if (this.size > 2 * live.size + slack) return HoldEnds.of(live.all());
    let { heap, size } = this;
    while (heap && !isLive(heap)) {
      heap = merged(heap.left, heap.right);
      size -= 1;
    }
    return heap === this.heap ? this : new HoldEnds(heap, size);
  }

  /** The first to end, in milliseconds since 1970; undefined where nothing is held. */
  get next(): number | undefined {
    return this.heap?.at;
  }
}
