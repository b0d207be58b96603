import type { EventModel } from '../../api/event-model';
import type { Sender } from '../../api/event-senders';
import { Flowchart } from './flowchart';

export const streamLabel = (category: string) => `${category}-…`;

/** From a sender to its commands to the events that each may append, which stand in their streams. */
export function senderDiagram({ events }: EventModel, { name: sender, commands: sent }: Sender): string {
  const chart = new Flowchart();
  const appended = new Set(sent.flatMap(({ appends }) => appends.map(({ event }) => event)));
  const root = chart.node('workflow', sender);
  const ids = new Map<string, string>();
  for (const { type, stream } of events.filter((each) => appended.has(each.type))) {
    ids.set(type, chart.node('event', type, chart.group(stream, `streams ${streamLabel(stream)}`)));
  }
  for (const { name, local, appends } of sent) {
    const command = chart.node('command', name);
    chart.arrow(root, command, { dotted: !local });
    for (const { event, when } of appends) chart.arrow(command, ids.get(event) ?? event, { label: when });
  }
  return chart.toString();
}

/** From a stream's events to the projections that read them; one that reads all of them is drawn from the stream. */
export function streamDiagram({ events, projections }: EventModel, category: string): string {
  const chart = new Flowchart();
  const stream = chart.group(category, `streams ${streamLabel(category)}`);
  const types = events.filter((each) => each.stream === category).map(({ type }) => type);
  const ids = new Map(types.map((type) => [type, chart.node('event', type, stream)]));
  for (const { name, events: read } of projections) {
    const mine = types.filter((type) => read.includes(type));
    if (mine.length === 0) continue;
    const projection = chart.node('projection', name);
    const sources = mine.length === types.length ? [stream] : mine.map((type) => ids.get(type) ?? type);
    for (const source of sources) chart.arrow(source, projection);
  }
  return chart.toString();
}
