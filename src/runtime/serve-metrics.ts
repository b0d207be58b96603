import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';
import type { Logger } from './log';

/**
 * Serves `/metrics` and `/health/live` of a process that serves nothing else. Each answer ends its connection: of a body
 * that somebody sends nothing is read. What cannot be collected is answered 500, and logged.
 */
export function serveMetrics(port: number, registry: Registry, logger: Logger): Server {
  const server = createServer((request, response) => {
    response.setHeader('Connection', 'close');
    if (request.url === '/health/live') response.end('{"status":"live"}');
    else if (request.url !== '/metrics') response.writeHead(404).end();
    else {
      registry.metrics().then(
        (metrics) => response.setHeader('Content-Type', registry.contentType).end(metrics),
        (error: unknown) => {
          logger.error({ err: error }, 'metrics cannot be collected');
          response.writeHead(500).end();
        },
      );
    }
  });
  server.on('error', (error) => logger.error({ err: error, port }, 'metrics cannot be served'));
  return server.listen(port);
}
