import type { AnyAggregate, Command, StreamChange } from './command';
import { CommandSession, OpenStream } from './command-session';
import type { StreamAppend } from './event';
import type { Held } from './held-streams';

export type Outcome = { ok: true; value: unknown } | { ok: false; error: unknown };

/** The ids of one command's events, by their index; the same for the same command. */
export type EventIds = (commandId: string) => (index: number) => string;

/** Decides commands one after the other, each on the state that the ones before it leave, without touching the store. */
export class Batch {
  private readonly streams = new Map<string, OpenStream>();

  constructor(private readonly eventIds: EventIds) {}

  open(stream: string, aggregate: AnyAggregate, held: Held): void {
    this.streams.set(stream, new OpenStream(stream, aggregate, held));
  }

  /** A command that throws leaves no trace and does not disturb its neighbours. */
  decide(command: Command<unknown>): Outcome {
    const session = new CommandSession(this.streams, command);
    try {
      const value = command.decide(session);
      session.keep(this.eventIds);
      return { ok: true, value };
    } catch (error) {
      session.discard();
      return { ok: false, error };
    }
  }

  /**
   * What to append, and with no events the streams that were only looked at: a refusal decided on memory that is out of
   * date must fail on its expected version as well.
   */
  appends(): StreamAppend[] {
    const appends: StreamAppend[] = [];
    for (const open of this.streams.values()) {
      if (isExpected(open)) appends.push({ stream: open.stream, expected: open.version, events: open.events });
    }
    return appends;
  }

  changes(): StreamChange[] {
    const changes: StreamChange[] = [];
    for (const { aggregate, stream, before, state, decided } of this.streams.values()) {
      if (decided.length > 0) changes.push({ aggregate, stream, before, state, events: decided });
    }
    return changes;
  }

  /**
   * A stream as it stands once the appends are committed; undefined for one whose version they do not prove: passed on
   * from batch to batch, what was read of it once would be believed for ever.
   */
  result(stream: string): Held | undefined {
    const open = this.streams.get(stream);
    return open && isExpected(open) ? { state: open.state, version: open.version + open.events.length } : undefined;
  }

  /** Every opened stream as it stands once the appends are committed. */
  *results(): Generator<[string, AnyAggregate, Held]> {
    for (const [stream, { aggregate, state, version, events }] of this.streams) {
      yield [stream, aggregate, { state, version: version + events.length }];
    }
  }
}

/** Whether the append fails where the stream is not at the version that was decided on. */
const isExpected = ({ version, events }: OpenStream) => events.length > 0 || version > 0;
