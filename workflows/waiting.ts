import type { Letter } from './letter';
import type { Rules } from './rules';

export const waitingLimits = {
  /** Letters that wait in their turn; the next one is dropped. */
  letters: 500,
  /** Bytes of their inputs together: all of them go into the next run's input, of which Temporal takes 2 MB. */
  bytes: 500_000,
  /** Bytes of the inputs that are taken together. */
  takenBytes: 200_000,
  /** Letters that go before all others. */
  first: 100,
  /** Those who ask for the outcome of one letter; the oldest are forgotten. */
  requestIds: 100,
  /** Inputs longer than this are not compared with others. */
  comparedBytes: 4_000,
} as const;

type Lane<Signal extends string> = Map<string, Letter<Signal>>;

export type MustWait<Signal extends string> = (letter: Letter<Signal>, taken: readonly Letter<Signal>[]) => boolean;

/** Letters that wait: bounded, and those that go first before the others. Equal ones that fold are one, at the last one's place. */
export class Waiting<Signal extends string> {
  private readonly first = new Map<string, Letter<Signal>>();
  private readonly others = new Map<string, Letter<Signal>>();
  private bytes = 0;

  constructor(private readonly rules: Rules<Signal>) {}

  get isEmpty(): boolean {
    return this.first.size === 0 && this.others.size === 0;
  }

  get hasOthers(): boolean {
    return this.others.size > 0;
  }

  get hasMany(): boolean {
    return this.others.size > 1;
  }

  get all(): Letter<Signal>[] {
    return [...this.first.values(), ...this.others.values()];
  }

  /** Gives what was dropped, the letter itself or an older one. */
  put(letter: Letter<Signal>): Letter<Signal> | undefined {
    const lane = this.laneOf(letter);
    if (!lane.has(this.keyOf(letter))) {
      const dropped = lane === this.first ? this.roomAmongFirst(letter) : this.roomAmongOthers(letter);
      if (dropped === letter) return letter;
      this.putBack(letter);
      return dropped;
    }
    this.putBack(letter);
    return undefined;
  }

  /** One that waited before, which is not dropped now. */
  putBack(letter: Letter<Signal>): void {
    const lane = this.laneOf(letter);
    const key = this.keyOf(letter);
    const equal = lane.get(key);
    if (equal) this.remove(lane, key, equal);
    lane.set(key, equal ? foldedInto(letter, equal) : letter);
    this.bytes += letter.bytes;
  }

  /**
   * Those that go first, in their order but for those that stay, which come before all others.
   * @param mustWait whether one has to wait yet, and all behind it, behind those that are taken with it
   */
  takeFirst(mustWait: MustWait<Signal>): Letter<Signal>[] {
    return this.take(this.first, mustWait);
  }

  /** So many of the others at the most, in their order. */
  takeOthers(most: number): Letter<Signal>[] {
    return this.take(this.others, (_, taken) => taken.length === most);
  }

  /** Whether any can be taken of those that go first. */
  hasFirst(mustWait: MustWait<Signal>): boolean {
    const [next] = this.inTurn(this.first);
    return next !== undefined && !mustWait(next[1], []);
  }

  private take(lane: Lane<Signal>, mustWait: MustWait<Signal>): Letter<Signal>[] {
    const taken: Letter<Signal>[] = [];
    let bytes = 0;
    for (const [key, letter] of this.inTurn(lane)) {
      bytes += letter.bytes;
      if (taken.length > 0 && bytes > waitingLimits.takenBytes) break;
      if (mustWait(letter, taken)) break;
      this.remove(lane, key, letter);
      taken.push(letter);
    }
    return taken;
  }

  private inTurn(lane: Lane<Signal>): [string, Letter<Signal>][] {
    const place = (letter: Letter<Signal>) => (this.rules.stays(letter.name) ? 0 : 1);
    return [...lane].sort(([, one], [, other]) => place(one) - place(other));
  }

  private laneOf({ name, input }: Letter<Signal>): Lane<Signal> {
    return this.rules.goesFirst(name, input) ? this.first : this.others;
  }

  private remove(lane: Lane<Signal>, key: string, { bytes }: Letter<Signal>): void {
    lane.delete(key);
    this.bytes -= bytes;
  }

  private roomAmongOthers(letter: Letter<Signal>): Letter<Signal> | undefined {
    const fits = this.others.size < waitingLimits.letters && this.bytes + letter.bytes <= waitingLimits.bytes;
    return fits ? undefined : letter;
  }

  private roomAmongFirst(letter: Letter<Signal>): Letter<Signal> | undefined {
    if (this.first.size < waitingLimits.first) return undefined;
    for (const [key, oldest] of this.first) {
      if (this.rules.stays(oldest.name)) continue;
      this.remove(this.first, key, oldest);
      return oldest;
    }
    return letter;
  }

  private keyOf({ name, input, stepId, bytes }: Letter<Signal>): string {
    if (!this.rules.folds(name) || bytes > waitingLimits.comparedBytes) return stepId;
    return `${name} ${JSON.stringify(input, (key, value: unknown) => (key === 'requestId' ? undefined : value))}`;
  }
}

function foldedInto<Signal extends string>(
  last: Letter<Signal>,
  { requestIds, times }: Letter<Signal>,
): Letter<Signal> {
  return {
    ...last,
    requestIds: [...requestIds, ...last.requestIds].slice(-waitingLimits.requestIds),
    times: last.times + times,
  };
}
