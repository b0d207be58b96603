import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Histogram } from 'prom-client';
import type { Dependencies } from './dependencies';
import type { Exchange, Response } from './exchange';

const requestIdShape = /^[\w.:-]{1,128}$/;
const millisecondsPerSecond = 1_000;

/** Gives every request an id, a line in the log with its purchase's id, and a place in the metrics. */
export function observe({
  logger,
  registry,
}: Dependencies): (request: IncomingMessage, response: ServerResponse) => Response {
  const seconds = new Histogram({
    name: 'boxoffice_http_request_seconds',
    help: 'Time to answer, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 30],
    registers: [registry],
  });
  // A line of ids, names and numbers: there is nothing in it that would have to be hidden.
  const lines = logger.child({}, { redact: [] });
  return (request, response) => {
    const began = performance.now();
    const given = request.headers['x-request-id'];
    const requestId = typeof given === 'string' && requestIdShape.test(given) ? given : randomUUID();
    const locals: Exchange = { requestId, url: request.url ?? '' };
    response.setHeader('X-Request-Id', requestId);
    response.on('close', () => {
      const took = (performance.now() - began) / millisecondsPerSecond;
      const { method = 'GET' } = request;
      const { route = 'none', purchaseId, subject, isStream } = locals;
      // A stream is ended by its listener, and how long it lasted says nothing of how long an answer takes.
      const status = response.writableFinished || isStream ? response.statusCode : 499;
      if (!isStream) seconds.observe({ method, route, status }, took);
      const line = { requestId, method, route, status, seconds: took, purchaseId, subject };
      lines[status >= 500 ? 'error' : 'info'](line, 'request');
    });
    return Object.assign(response, { locals });
  };
}
