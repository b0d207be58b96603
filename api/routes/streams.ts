import { readStreamFrom, readVersions, type StoredEvent } from '../../src/store';
import type { Dependencies } from '../dependencies';
import { notFound } from '../problem';
import { type Answer, type Route, route } from '../route';
import { streamAnswer, streamParams, streamQuery } from '../schemas';

function presentEvent({ type: name, data, id, stream, version, position, created, metadata }: StoredEvent) {
  const { correlation, causation, workflow } = metadata;
  const meta = { correlation, causation, workflow };
  return { name, data, id, stream, version, position, created: created.toISOString(), meta };
}

/** The committed events themselves, for an operator. */
export function streamRoutes({ database }: Dependencies): Route[] {
  const events = route({
    method: 'get',
    path: '/v1/streams/{stream}',
    summary: 'The committed events of a stream, by version',
    roles: [],
    params: streamParams,
    query: streamQuery,
    answers: {
      200: { description: 'The events as they were stored; `next` where there are more', schema: streamAnswer },
    },
    problems: ['validation-failed', 'unauthorized', 'forbidden', 'not-found'],
    async handle({ params: { stream }, query: { from, limit } }): Promise<Answer> {
      const found = await readStreamFrom(database, stream, { from, limit: limit + 1 });
      const exists = found.length > 0 || (await readVersions(database, [stream])).has(stream);
      if (!exists) throw notFound(`stream ${stream}`);
      const page = found.slice(0, limit);
      const next = found[limit]?.version;
      return { status: 200, body: { stream, events: page.map(presentEvent), ...(next !== undefined && { next }) } };
    },
  });
  return [events];
}
