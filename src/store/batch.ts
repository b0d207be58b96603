import type { AnyAggregate, Command, DomainEvent, Session, StreamChange } from './command';
import type { NewEvent, StreamAppend } from './event';
import type { Held } from './held-streams';

export type Outcome = { ok: true; value: unknown } | { ok: false; error: unknown };

interface OpenStream extends Held {
  aggregate: AnyAggregate;
  events: NewEvent[];
  decided: DomainEvent[];
}

interface Tentative {
  state: unknown;
  decided: DomainEvent[];
}

/** Decides commands one after the other, each on the state that the ones before it leave, without touching the store. */
export class Batch {
  private readonly streams = new Map<string, OpenStream>();

  constructor(private readonly eventId: (commandId: string, index: number) => string) {}

  open(stream: string, aggregate: AnyAggregate, held: Held): void {
    this.streams.set(stream, { ...held, aggregate, events: [], decided: [] });
  }

  /** A command that throws leaves no trace and does not disturb its neighbours. */
  decide(command: Command<unknown>): Outcome {
    const tentative = new Map<string, Tentative>();
    const current = (stream: string): { open: OpenStream; state: unknown } => {
      const open = this.streams.get(stream);
      if (!open) throw new Error(`command ${command.id} did not name stream ${stream}`);
      const changed = tentative.get(stream);
      return { open, state: changed ? changed.state : open.state };
    };
    // The aggregate of a reference is the one its stream was opened with, so its state has that aggregate's type.
    const session: Session = {
      state: <State>(ref: { stream: string }) => current(ref.stream).state as State | undefined,
      append: (ref, events) => {
        const { open, state } = current(ref.stream);
        const { codec } = open.aggregate;
        for (const { type, data } of events) codec.decode({ type, schemaVersion: codec.versionOf(type), data });
        const decided = [...(tentative.get(ref.stream)?.decided ?? []), ...events];
        tentative.set(ref.stream, {
          state: events.reduce((so, event) => open.aggregate.evolve(so, event), state),
          decided,
        });
      },
    };
    try {
      const value = command.decide(session);
      this.keep(command, tentative);
      return { ok: true, value };
    } catch (error) {
      return { ok: false, error };
    }
  }

  private keep(command: Command<unknown>, tentative: ReadonlyMap<string, Tentative>): void {
    let index = 0;
    for (const [stream, { state, decided }] of tentative) {
      const open = this.streams.get(stream);
      if (!open || decided.length === 0) continue;
      open.state = state;
      for (const event of decided) {
        const schemaVersion = open.aggregate.codec.versionOf(event.type);
        const id = this.eventId(command.id, index);
        open.events.push({ id, type: event.type, schemaVersion, data: event.data, metadata: command.metadata });
        open.decided.push(event);
        index += 1;
      }
    }
  }

  /**
   * What to append, and with no events the streams that were only looked at: a refusal decided on memory that is out of
   * date must fail on its expected version as well.
   */
  appends(): StreamAppend[] {
    return [...this.streams]
      .filter(([, open]) => isExpected(open))
      .map(([stream, { version, events }]) => ({ stream, expected: version, events }));
  }

  changes(): StreamChange[] {
    return this.changed().map(([stream, open]) => {
      return { aggregate: open.aggregate, stream, state: open.state, events: open.decided };
    });
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

  private changed(): [string, OpenStream][] {
    return [...this.streams].filter(([, { events }]) => events.length > 0);
  }
}

/** Whether the append fails where the stream is not at the version that was decided on. */
const isExpected = ({ version, events }: OpenStream) => events.length > 0 || version > 0;
