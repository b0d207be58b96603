import type { EventModel } from '../../api/event-model';
import { type Sender, sendersIn } from '../../api/event-senders';
import { senderDiagram, streamDiagram, streamLabel } from './diagrams';

const unique = (names: readonly string[]) => [...new Set(names)];
const code = (text: string) => `\`${text}\``;
const list = (names: readonly string[]) => (names.length === 0 ? 'nobody' : names.map(code).join(', '));

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

const diagram = (text: string) => ['```mermaid', text, '```'];

/** The page `docs/event-model.md`. */
export function eventModelPage(model: EventModel): string {
  const { events } = model;
  const lines = [
    '# The event model',
    '',
    'Who sends which command, a workflow or the API itself, what each command may append to which stream, and which projections read it.',
    'Derived from the code by `npm run docs`, which writes this page; `npm run check` fails where it is out of date.',
    'Dotted arrows are regular activities, the others local ones; a word on an arrow is the case of the command.',
    '`/docs/events` on the API shows the same with live counts.',
    ...sendersIn(model).flatMap((sender) => ofSender(model, sender)),
    ...unique(events.map(({ stream }) => stream)).flatMap((stream) => ofStream(model, stream)),
  ];
  return `${lines.join('\n')}\n`;
}

function ofSender(model: EventModel, sender: Sender): string[] {
  const { events, projections } = model;
  const { kind, name: senderName, commands: sent } = sender;
  const rows = sent.flatMap(({ name, appends }) =>
    appends.map(({ event, when }) => {
      const stream = events.find(({ type }) => type === event)?.stream ?? '';
      const readers = projections.filter((each) => each.events.includes(event)).map((each) => each.name);
      return [code(name), when, code(event), code(streamLabel(stream)), list(readers)];
    }),
  );
  const silent = sent.filter(({ appends }) => appends.length === 0).map(({ name }) => name);
  return [
    '',
    kind === 'api' ? '## The API itself' : `## The workflow ${code(senderName)}`,
    '',
    ...diagram(senderDiagram(model, sender)),
    '',
    ...table(['command', 'case', 'appends', 'to', 'read by'], rows),
    ...(silent.length === 0 ? [] : ['', `Called as well, and appending nothing: ${list(silent)}.`]),
  ];
}

function ofStream(model: EventModel, category: string): string[] {
  const { commands, events, projections } = model;
  const rows = events
    .filter(({ stream }) => stream === category)
    .map(({ type, version }) => {
      const makers = commands.filter(({ appends }) => appends.some(({ event }) => event === type));
      const readers = projections.filter((each) => each.events.includes(type));
      return [code(type), String(version), list(makers.map(({ name }) => name)), list(readers.map(({ name }) => name))];
    });
  return [
    '',
    `## The streams ${code(streamLabel(category))}`,
    '',
    ...diagram(streamDiagram(model, category)),
    '',
    ...table(['event', 'version', 'made by', 'read by'], rows),
  ];
}
