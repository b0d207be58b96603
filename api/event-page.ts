import type { EventModel } from './event-model';
import { eventPicture } from './event-picture';
import { sendersIn } from './event-senders';
import { escaped } from './html';

/** The page at `path`, whose script fills in the counts. */
export function eventPage(model: EventModel, path: string): string {
  const pictures = sendersIn(model).map((sender) => {
    const title = sender.kind === 'api' ? 'The API itself' : `The workflow ${escaped(sender.name)}`;
    return `<section><h2>${title}</h2>\n${eventPicture(model, sender)}</section>`;
  });
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>boxoffice events</title>
<link rel="stylesheet" href="${path}/events.css"><script src="${path}/events.js" defer></script></head>
<body data-counts="${path}/counts">
<h1>What happens, and how often it has</h1>
<p>From each workflow, and the API, to the commands it sends, the events they append and the projections that read them. Dashed lines
are regular activities, the others local ones; a word at an event is the case of the command. The API is at
<a href="/docs">/docs</a>.</p>
<p id="status">Counting…</p>
${pictures.join('\n')}
<section><h2>Every event</h2>
${eventTable(model)}</section>
</body>
</html>
`;
}

function eventTable({ commands, events, projections }: EventModel): string {
  const rows = events.map(({ type, version, stream }) => {
    const makers = commands.filter(({ appends }) => appends.some(({ event }) => event === type));
    const readers = projections.filter((each) => each.events.includes(type));
    const texts = [type, `${stream}-…`, String(version), names(makers), names(readers)];
    const cells = texts.map((text) => `<td>${escaped(text)}</td>`).join('');
    return `<tr>${cells}<td class="count" data-count-of="${escaped(type)}">…</td></tr>`;
  });
  const head = ['event', 'streams', 'version', 'made by', 'read by', 'count']
    .map((text) => `<th>${text}</th>`)
    .join('');
  return `<table><thead><tr>${head}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`;
}

const names = (all: readonly { name: string }[]) => all.map(({ name }) => name).join(', ');
