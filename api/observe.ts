import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import { Histogram } from 'prom-client';
import type { Dependencies } from './dependencies';

const requestIdShape = /^[\w.:-]{1,128}$/;
const nanosecondsPerSecond = 1e9;

/** Gives every request an id, a line in the log with its purchase's id, and a place in the metrics. */
export function observe({ logger, registry }: Dependencies): RequestHandler {
  const seconds = new Histogram({
    name: 'boxoffice_http_request_seconds',
    help: 'Time to answer, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 30],
    registers: [registry],
  });
  return (request, response, next) => {
    const began = process.hrtime.bigint();
    const given = request.get('x-request-id') ?? '';
    const requestId = requestIdShape.test(given) ? given : randomUUID();
    response.locals.requestId = requestId;
    response.setHeader('X-Request-Id', requestId);
    response.on('close', () => {
      const took = Number(process.hrtime.bigint() - began) / nanosecondsPerSecond;
      const route = response.locals.route ?? 'none';
      const { purchaseId, subject, isStream } = response.locals;
      // A stream is ended by its listener, and how long it lasted says nothing of how long an answer takes.
      const status = response.writableFinished || isStream ? response.statusCode : 499;
      if (!isStream) seconds.observe({ method: request.method, route, status }, took);
      const line = { requestId, method: request.method, route, status, seconds: took, purchaseId, subject };
      logger[status >= 500 ? 'error' : 'info'](line, 'request');
    });
    next();
  };
}
