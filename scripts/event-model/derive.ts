import type { EventModel, EventModelAppend, EventModelCommand } from '../../api/event-model';
import { activitiesCalledBy, activitiesMadeBy } from './activities';
import { Program } from './program';
import { type EventLiteral, type Place, reach } from './reach';

/** What is known best by asking the running code. */
export interface Facts {
  readonly streams: readonly {
    readonly category: string;
    readonly codec: { readonly types: readonly string[]; versionOf(type: string): number };
  }[];
  readonly projections: readonly { readonly name: string; readonly events: readonly string[] }[];
}

/** Commands, events and projections that do not fit together: each message names one. */
export class EventModelBroken extends Error {
  override readonly name = 'EventModelBroken';

  constructor(readonly faults: readonly string[]) {
    super(`the event model does not hold:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
}

const places = {
  workflows: 'workflows/index.ts',
  activities: { file: 'activities/index.ts', factory: 'createActivities' },
  /** What the API does itself, in the same file. */
  commandsOfApi: 'createCartCommands',
  domain: 'src/domain/',
} as const;

/**
 * Reads the model out of the code under `root`: from each workflow to the activities it calls, from each of those, and
 * from what the API does itself, to the events that the deciders it comes to may make. Throws EventModelBroken where a
 * command is sent by nobody or sent and not there, an event is made by no command, or one is made or read that is stored in no stream.
 */
export function deriveEventModel(root: string, { streams, projections }: Facts): EventModel {
  const program = new Program(root);
  const events = streams.flatMap(({ category: stream, codec }) =>
    codec.types.map((type) => ({ type, version: codec.versionOf(type), stream })),
  );
  const order = events.map(({ type }) => type);
  const { commands, literals, unknownCalls } = commandsOf(program, order);
  const model: EventModel = {
    commands,
    events,
    projections: projections.map(({ name, events: read }) => ({ name, events: inOrder(read, order) })),
  };
  const faults = [...unknownCalls, ...faultsOf(model, projections), ...unknownLiterals(literals, order)];
  if (faults.length > 0) throw new EventModelBroken(faults);
  return model;
}

function commandsOf(program: Program, order: readonly string[]) {
  const callers = new Map<string, { workflows: string[]; local: boolean }>();
  for (const workflow of program.exportedNames(places.workflows)) {
    const called = activitiesCalledBy(program, program.exported(places.workflows, workflow));
    for (const { activity, local } of called) {
      const known = callers.get(activity) ?? { workflows: [], local };
      callers.set(activity, { workflows: [...known.workflows, workflow], local });
    }
  }
  const { file, factory } = places.activities;
  const literals: EventLiteral[] = [];
  const appendsAt = (place: Place): EventModelAppend[] => {
    const reached = reach(program, place).literals;
    literals.push(...reached);
    return appendsOf(reached, order);
  };
  const made = activitiesMadeBy(program, program.exported(file, factory));
  const sent = [...made].map(([name, place]): EventModelCommand => {
    const { workflows = [], local = false } = callers.get(name) ?? {};
    return { name, local, workflows, appends: appendsAt(place) };
  });
  const hasOwn = program.exportedNames(file).includes(places.commandsOfApi);
  const own = hasOwn ? activitiesMadeBy(program, program.exported(file, places.commandsOfApi)) : [];
  const ofApi = [...own].map(([name, place]): EventModelCommand => {
    return { name, local: true, workflows: [], api: true, appends: appendsAt(place) };
  });
  const commands = [...sent, ...ofApi];
  const unknownCalls = [...callers]
    .filter(([activity]) => !made.has(activity))
    .map(([activity, { workflows }]) => `${workflows.join(', ')} calls ${activity}, which no factory makes`);
  return { commands, literals, unknownCalls };
}

function appendsOf(literals: readonly EventLiteral[], order: readonly string[]): EventModelAppend[] {
  const appends = new Map<string, EventModelAppend>();
  for (const { type: event, when: cases } of literals) {
    const when = cases.join(', ');
    if (order.includes(event)) appends.set(`${event} ${when}`, { event, when });
  }
  return [...appends.values()].sort((one, other) => order.indexOf(one.event) - order.indexOf(other.event));
}

function inOrder(types: readonly string[], order: readonly string[]): string[] {
  return order.filter((type) => types.includes(type));
}

function faultsOf({ commands, events }: EventModel, projections: Facts['projections']): string[] {
  const appended = new Set(commands.flatMap(({ appends }) => appends.map(({ event }) => event)));
  const stored = new Set(events.map(({ type }) => type));
  return [
    ...commands
      .filter(({ workflows, api }) => workflows.length === 0 && !api)
      .map(({ name }) => `no workflow sends ${name}`),
    ...events.filter(({ type }) => !appended.has(type)).map(({ type }) => `no command makes ${type}`),
    ...projections.flatMap(({ name, events: read }) =>
      read.filter((type) => !stored.has(type)).map((type) => `${name} reads ${type}, which no stream holds`),
    ),
  ];
}

/** Elsewhere an object may look like an event and be none; of the business, every one must be stored. */
function unknownLiterals(literals: readonly EventLiteral[], order: readonly string[]): string[] {
  const unknown = literals.filter(({ type, file }) => file.startsWith(places.domain) && !order.includes(type));
  return [...new Set(unknown.map(({ type, file }) => `${file} makes ${type}, which no stream holds`))];
}
