import type { EventModel, EventModelCommand } from './event-model';
import type { Sender } from './event-senders';
import { escaped } from './html';

/** Where the columns stand and how big things are drawn, in the picture's own units. */
const column = { workflow: 10, command: 150, event: 430, projection: 830 } as const;
const width = { workflow: 100, command: 150, event: 230, projection: 170, picture: 1010 } as const;
const box = { height: 28, gap: 10, heading: 34, margin: 16 } as const;
const step = box.height + box.gap;
const countMargin = 12;

interface Placed {
  readonly name: string;
  /** The middle of its box. */
  readonly y: number;
}

/** One sender, its commands, what they append and who reads it, as SVG. An event's count is marked `data-count-of`. */
export function eventPicture(model: EventModel, { kind, name: sender, commands }: Sender): string {
  const { events, headings, bottom } = placeEvents(model, commands);
  const heightOf = new Map(events.map(({ name, y }) => [name, y]));
  const placedCommands = spread(commands.map(({ name, appends }) => wished(name, appends, heightOf)));
  const readers = model.projections.filter((each) => each.events.some((event) => heightOf.has(event)));
  const projections = spread(readers.map((each) => wished(each.name, each.events.map(toAppend), heightOf)));
  const lowest = Math.max(bottom, ...[...placedCommands, ...projections].map(({ y }) => y + step / 2));
  const middle = lowest / 2;
  const commandAt = new Map(placedCommands.map(({ name, y }) => [name, y]));
  const readerAt = new Map(projections.map(({ name, y }) => [name, y]));
  const lines = [
    ...commands.flatMap(({ name, local, appends }) => {
      const y = commandAt.get(name) ?? 0;
      return [
        line(column.workflow + width.workflow, middle, column.command, y, local ? 'sends' : 'sends regular'),
        ...appends.map(({ event }) =>
          line(column.command + width.command, y, column.event, heightOf.get(event) ?? 0, 'appends'),
        ),
      ];
    }),
    ...readers.flatMap((reader) =>
      reader.events.flatMap((event) => {
        const y = heightOf.get(event);
        const [from, to] = [column.event + width.event, column.projection];
        return y === undefined ? [] : [line(from, y, to, readerAt.get(reader.name) ?? 0, 'reads')];
      }),
    ),
  ];
  const labels = commands.flatMap(({ appends }) =>
    appends.filter(({ when }) => when !== '').map(({ event, when }) => caseLabel(when, heightOf.get(event) ?? 0)),
  );
  const nodes = [
    node('workflow', { name: sender, y: middle }),
    ...placedCommands.map((each) => node('command', each)),
    ...events.map((each) => node('event', each)),
    ...projections.map((each) => node('projection', each)),
  ];
  const whose = kind === 'api' ? 'the API itself' : `the workflow ${sender}`;
  const title = `Commands of ${whose}, the events they append, and the projections that read them`;
  return [
    `<svg viewBox="0 0 ${width.picture} ${Math.ceil(lowest + box.margin)}" role="img" aria-label="${escaped(title)}">`,
    ...headings,
    ...lines,
    ...labels,
    ...nodes,
    '</svg>',
  ].join('\n');
}

const toAppend = (event: string) => ({ event });

function placeEvents(model: EventModel, commands: readonly EventModelCommand[]) {
  const appended = new Set(commands.flatMap(({ appends }) => appends.map(({ event }) => event)));
  const shown = model.events.filter(({ type }) => appended.has(type));
  const events: Placed[] = [];
  const headings: string[] = [];
  let bottom: number = box.margin;
  for (const stream of new Set(shown.map((each) => each.stream))) {
    headings.push(
      `<text class="heading" x="${column.event}" y="${bottom + box.heading / 2}">streams ${escaped(stream)}-…</text>`,
    );
    bottom += box.heading;
    for (const { type } of shown.filter((each) => each.stream === stream)) {
      events.push({ name: type, y: bottom + box.height / 2 });
      bottom += step;
    }
  }
  return { events, headings, bottom };
}

/** As high as the middle of what it is joined to; what is joined to nothing goes to the end. */
function wished(name: string, joined: readonly { event: string }[], heightOf: ReadonlyMap<string, number>): Placed {
  const heights = joined.flatMap(({ event }) => heightOf.get(event) ?? []);
  if (heights.length === 0) return { name, y: Number.POSITIVE_INFINITY };
  return { name, y: heights.reduce((sum, y) => sum + y, 0) / heights.length };
}

/** As near to the wishes as boxes that do not overlap can be. */
function spread(wishes: readonly Placed[]): Placed[] {
  let free: number = box.margin + box.height / 2;
  return [...wishes]
    .sort((one, other) => (one.y < other.y ? -1 : one.y > other.y ? 1 : 0))
    .map(({ name, y }) => {
      const placed = { name, y: Math.max(free, Number.isFinite(y) ? y : free) };
      free = placed.y + step;
      return placed;
    });
}

function node(kind: keyof typeof column, { name, y }: Placed): string {
  const x = column[kind];
  const top = y - box.height / 2;
  const rounding = kind === 'workflow' ? box.height / 2 : kind === 'event' ? box.gap / 2 : 0;
  const label =
    kind === 'event' ? { x: x + countMargin, anchor: 'start' } : { x: x + width[kind] / 2, anchor: 'middle' };
  const text = escaped(name);
  const count =
    kind === 'event'
      ? `<text class="count" data-count-of="${text}" x="${x + width.event - countMargin}" y="${y}">…</text>`
      : '';
  return (
    `<g class="${kind}"><rect x="${x}" y="${top}" width="${width[kind]}" height="${box.height}" rx="${rounding}"/>` +
    `<text x="${label.x}" y="${y}" text-anchor="${label.anchor}">${text}</text>${count}</g>`
  );
}

function line(fromX: number, fromY: number, toX: number, toY: number, kind: string): string {
  const middle = (fromX + toX) / 2;
  return `<path class="${kind}" d="M${fromX} ${fromY} C${middle} ${fromY} ${middle} ${toY} ${toX} ${toY}"/>`;
}

const caseLabel = (when: string, y: number) =>
  `<text class="case" x="${column.event - countMargin}" y="${y - countMargin / 2}">${escaped(when)}</text>`;
