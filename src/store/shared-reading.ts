import type { Pool } from 'pg';
import type { RecordedEvent } from './event';
import { type EventRange, readAll } from './read';

export const sharedReadingLimits = {
  /** Positions; whoever is further behind reads what they want alone. */
  window: 500,
  /** After which the events are read again: a store can be taken over by a copy that was behind. */
  milliseconds: 100,
} as const;

interface Stretch {
  after: number;
  upTo: number;
  since: number;
  events: Promise<readonly RecordedEvent[]>;
}

/** Reads new events once for all who follow them, each at their own pace and with types of their own. */
export class SharedReading {
  private latest: Stretch | undefined;

  constructor(private readonly database: Pool) {}

  async read(range: EventRange): Promise<readonly RecordedEvent[]> {
    const { after, upTo, types, known } = range;
    if (upTo - after > sharedReadingLimits.window) return readAll(this.database, range);
    const events = await this.stretch(after, upTo).events;
    const isWanted = (type: string) =>
      types === undefined || types.includes(type) || (known !== undefined && !known.includes(type));
    return events.filter(({ position, type }) => position > after && position <= upTo && isWanted(type));
  }

  private stretch(after: number, upTo: number): Stretch {
    const { latest } = this;
    const isFresh = latest && performance.now() - latest.since < sharedReadingLimits.milliseconds;
    if (isFresh && latest.after <= after && upTo <= latest.upTo) return latest;
    const events = readAll(this.database, { after, upTo });
    const stretch = { after, upTo, since: performance.now(), events };
    this.latest = stretch;
    events.catch(() => {
      if (this.latest === stretch) this.latest = undefined;
    });
    return stretch;
  }
}
