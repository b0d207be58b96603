import { setTimeout as pause } from 'node:timers/promises';
import { Problem } from './problem';

/** Commands to pools or shows, for each API process; one that is too many is told to come again. */
export const commandLimits = {
  /** To one pool or show that are sent on and not in force yet. Temporal itself lets ten wait for their outcomes. */
  atOnce: 4,
  /** To one that wait for their turn. */
  waiting: 100,
  /** Of one promoter or operator, sent on or waiting. */
  ofCaller: 400,
  /**
   * Before one is told that it is too many, in milliseconds: who sends the next one upon each answer is slowed down by it, and
   * others are not.
   */
  refusedAfter: 250,
  /** Stops, resumptions and cancellations have places of their own, that no other command takes. */
  stops: { atOnce: 3, waiting: 50, ofCaller: 200 },
} as const;

interface Limits {
  atOnce: number;
  waiting: number;
  ofCaller: number;
}

const seconds = '1';

/** Where too many wait, more would only wait longer: nobody is told that anything is away. */
export function tooManyCommands(whose: string): Problem {
  const detail = `Too many commands ${whose} wait to take effect. This one was not sent on: send it again.`;
  return new Problem('too-many-requests', detail, {}, { 'Retry-After': seconds });
}

/** There is no place for a command. */
class NoPlace extends Error {
  constructor(readonly whose: string) {
    super(`no place for a command ${whose}`);
  }
}

export interface CommandOf {
  caller: string;
  /** The pool or show. */
  one: string;
  isStop: boolean;
}

/** Lets commands to one pool or show pass in their order, and only so many at once. */
export class CommandPlaces {
  private readonly stops = new Places(commandLimits.stops);
  private readonly others = new Places(commandLimits);

  /**
   * Does the work once it is the command's turn. Throws `too-many-requests`, in its time; it has no place meanwhile.
   * @param find throws where the caller may not command it: nobody takes another's places
   */
  async during<Result>(of: CommandOf, find: () => Promise<unknown>, work: () => Promise<Result>): Promise<Result> {
    try {
      return await this.inItsPlace(of, find, work);
    } catch (error) {
      if (!(error instanceof NoPlace)) throw error;
      await pause(commandLimits.refusedAfter);
      throw tooManyCommands(error.whose);
    }
  }

  private async inItsPlace<Result>(
    { caller, one, isStop }: CommandOf,
    find: () => Promise<unknown>,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const places = isStop ? this.stops : this.others;
    const leave = places.enter(caller);
    try {
      await find();
      return await places.inTurn(one, work);
    } finally {
      leave();
    }
  }
}

class Places {
  private readonly callers = new Map<string, number>();
  private readonly ones = new Map<string, { working: number; waiting: (() => void)[] }>();

  constructor(private readonly limits: Limits) {}

  enter(caller: string): () => void {
    const before = this.callers.get(caller) ?? 0;
    if (before >= this.limits.ofCaller) throw new NoPlace('of yours');
    this.callers.set(caller, before + 1);
    return () => {
      const left = (this.callers.get(caller) ?? 1) - 1;
      if (left > 0) this.callers.set(caller, left);
      else this.callers.delete(caller);
    };
  }

  async inTurn<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const one = this.ones.get(name) ?? { working: 0, waiting: [] };
    this.ones.set(name, one);
    if (one.working < this.limits.atOnce) one.working += 1;
    else {
      if (one.waiting.length >= this.limits.waiting) throw new NoPlace(`to ${name}`);
      // Whoever leaves hands its place on.
      await new Promise<void>((resolve) => one.waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = one.waiting.shift();
      if (next) next();
      else one.working -= 1;
      if (one.working === 0) this.ones.delete(name);
    }
  }
}
