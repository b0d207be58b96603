import type { EventIds } from './batch';
import type { AnyAggregate, Command, DomainEvent, Session } from './command';
import type { NewEvent } from './event';
import type { Held } from './held-streams';

/** A stream in the hands of a batch: as the commands decided so far leave it, and what the one being decided would make of it. */
export class OpenStream {
  readonly version: number;
  /** As the batch found it. */
  readonly before: unknown;
  state: unknown;
  readonly events: NewEvent[] = [];
  readonly decided: DomainEvent[] = [];
  tentative: { state: unknown; decided: DomainEvent[] } | undefined;

  constructor(
    readonly stream: string,
    readonly aggregate: AnyAggregate,
    held: Held,
  ) {
    this.version = held.version;
    this.before = held.state;
    this.state = held.state;
  }
}

/** What one command sees and says; kept as a whole, or discarded as a whole. */
export class CommandSession implements Session {
  private readonly changed: OpenStream[] = [];
  private over = false;

  constructor(
    private readonly streams: ReadonlyMap<string, OpenStream>,
    private readonly command: Command<unknown>,
  ) {}

  state<State>(ref: { stream: string }): State | undefined {
    const open = this.opened(ref.stream);
    // The aggregate of a reference is the one its stream was opened with, so its state has that aggregate's type.
    return (open.tentative ? open.tentative.state : open.state) as State | undefined;
  }

  append(ref: { stream: string }, events: readonly DomainEvent[]): void {
    const open = this.opened(ref.stream);
    const { codec } = open.aggregate;
    for (const { type, data } of events) codec.decode({ type, schemaVersion: codec.versionOf(type), data });
    let state = open.tentative ? open.tentative.state : open.state;
    for (const event of events) state = open.aggregate.evolve(state, event);
    if (open.tentative) {
      open.tentative.state = state;
      open.tentative.decided.push(...events);
    } else {
      open.tentative = { state, decided: [...events] };
      this.changed.push(open);
    }
  }

  keep(eventIds: EventIds): void {
    this.over = true;
    if (this.changed.length === 0) return;
    const { id, metadata } = this.command;
    const idOf = eventIds(id);
    let index = 0;
    for (const open of this.changed) {
      const { tentative, aggregate } = open;
      open.tentative = undefined;
      if (!tentative) continue;
      open.state = tentative.state;
      for (const event of tentative.decided) {
        const { type, data } = event;
        open.events.push({ id: idOf(index), type, schemaVersion: aggregate.codec.versionOf(type), data, metadata });
        open.decided.push(event);
        index += 1;
      }
    }
  }

  discard(): void {
    this.over = true;
    for (const open of this.changed) open.tentative = undefined;
  }

  private opened(stream: string): OpenStream {
    if (this.over) throw new Error(`command ${this.command.id} was decided already`);
    const open = this.streams.get(stream);
    if (!open) throw new Error(`command ${this.command.id} did not name stream ${stream}`);
    return open;
  }
}
