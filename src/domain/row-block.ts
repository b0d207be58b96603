import { invariant } from './refusal';
import type { Place } from './seat-plan';

/** Free seats side by side in one row, and how far from the front centre: the square of the distance, in half seats. */
export interface Placement extends Place {
  distance: number;
}

/** `tidy`: no seat beside the block is left single; `any`: wherever it fits. */
export type Manner = 'tidy' | 'any';

/** The letter that stands for a seat that can be taken. */
export const freeLetter = 'a';

/** Squared distance of the nearest seat that a row can have. */
export const distanceOfRow = (row: number) => (2 * row) ** 2;

/**
 * A row, or rows that stand behind one another, as they are at one moment: immutable, and so an answer once found stays right.
 * A change makes new blocks of those above it alone, with no answers yet; their neighbours keep theirs. So the next question
 * costs what has changed since the last, by the height of the tree, whatever the number of rows.
 */
export abstract class RowBlock {
  abstract readonly free: number;
  /** By quantity, even for `tidy` and odd for `any`. Hidden, so that two blocks in the same state are equal, whatever each was asked. */
  #answers: Map<number, Placement | undefined> | undefined;
  #longest: number | undefined;

  protected constructor(
    readonly firstRow: number,
    readonly rowCount: number,
  ) {}

  /** The nearest placement in these rows; of equally near ones the front one, then the one at the lower seat. */
  nearest(quantity: number, manner: Manner): Placement | undefined {
    if (this.free < quantity) return undefined;
    this.#answers ??= new Map();
    const question = 2 * quantity + (manner === 'tidy' ? 0 : 1);
    if (this.#answers.has(question)) return this.#answers.get(question);
    const answer = this.findNearest(quantity, manner);
    this.#answers.set(question, answer);
    return answer;
  }

  /** Seats in the longest run of free ones. */
  get longestRun(): number {
    this.#longest ??= this.findLongestRun();
    return this.#longest;
  }

  abstract lettersOf(row: number): string;
  abstract withLetters(row: number, letters: string): RowBlock;
  /** The rows that are not the very same in `before`, from the front. */
  abstract changedSince(before: RowBlock | undefined): Generator<SingleRow>;
  protected abstract findNearest(quantity: number, manner: Manner): Placement | undefined;
  protected abstract findLongestRun(): number;
}

/** Blocks of rows, as flat a tree as can be: `lettersOfRows` from the front. */
export function blockOf(lettersOfRows: readonly string[], firstRow = 0): RowBlock {
  const [only] = lettersOfRows;
  if (only !== undefined && lettersOfRows.length === 1) return new SingleRow(firstRow, only);
  invariant(lettersOfRows.length > 1, () => 'a block has rows');
  const half = Math.ceil(lettersOfRows.length / 2);
  return new TwoBlocks(
    blockOf(lettersOfRows.slice(0, half), firstRow),
    blockOf(lettersOfRows.slice(half), firstRow + half),
  );
}

export class SingleRow extends RowBlock {
  readonly free: number;

  constructor(
    row: number,
    readonly letters: string,
  ) {
    super(row, 1);
    let free = 0;
    for (let seat = 0; seat < letters.length; seat += 1) if (letters[seat] === freeLetter) free += 1;
    this.free = free;
  }

  lettersOf(): string {
    return this.letters;
  }

  withLetters(_row: number, letters: string): SingleRow {
    return letters === this.letters ? this : new SingleRow(this.firstRow, letters);
  }

  *changedSince(before: RowBlock | undefined): Generator<SingleRow> {
    if (before !== this) yield this;
  }

  protected findNearest(quantity: number, manner: Manner): Placement | undefined {
    const row = this.firstRow;
    let nearest: Placement | undefined;
    for (const { start, length } of this.runs()) {
      for (let before = 0; before <= length - quantity; before += 1) {
        if (manner === 'tidy' && (before === 1 || length - quantity - before === 1)) continue;
        const seat = start + before;
        const distance = distanceOfRow(row) + (2 * seat + quantity - this.letters.length) ** 2;
        if (!nearest || distance < nearest.distance) nearest = { row, seat, distance };
      }
    }
    return nearest;
  }

  protected findLongestRun(): number {
    return [...this.runs()].reduce((longest, { length }) => Math.max(longest, length), 0);
  }

  private *runs(): Generator<{ start: number; length: number }> {
    const { letters } = this;
    for (let start = letters.indexOf(freeLetter); start >= 0; ) {
      let end = start;
      while (letters[end] === freeLetter) end += 1;
      yield { start, length: end - start };
      start = letters.indexOf(freeLetter, end);
    }
  }
}

class TwoBlocks extends RowBlock {
  readonly free: number;

  constructor(
    private readonly front: RowBlock,
    private readonly back: RowBlock,
  ) {
    super(front.firstRow, front.rowCount + back.rowCount);
    this.free = front.free + back.free;
  }

  lettersOf(row: number): string {
    return this.holding(row).lettersOf(row);
  }

  withLetters(row: number, letters: string): RowBlock {
    const before = this.holding(row);
    const after = before.withLetters(row, letters);
    if (after === before) return this;
    return before === this.front ? new TwoBlocks(after, this.back) : new TwoBlocks(this.front, after);
  }

  *changedSince(before: RowBlock | undefined): Generator<SingleRow> {
    if (before === this) return;
    const known = before instanceof TwoBlocks && before.rowCount === this.rowCount ? before : undefined;
    yield* this.front.changedSince(known?.front);
    yield* this.back.changedSince(known?.back);
  }

  protected findNearest(quantity: number, manner: Manner): Placement | undefined {
    const front = this.front.nearest(quantity, manner);
    if (front && front.distance <= distanceOfRow(this.back.firstRow)) return front;
    const back = this.back.nearest(quantity, manner);
    if (!front || !back) return front ?? back;
    return back.distance < front.distance ? back : front;
  }

  protected findLongestRun(): number {
    return Math.max(this.front.longestRun, this.back.longestRun);
  }

  private holding(row: number): RowBlock {
    return row < this.back.firstRow ? this.front : this.back;
  }
}
