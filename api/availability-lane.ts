import type { IncomingMessage } from 'node:http';
import type { Dependencies } from './dependencies';
import type { Response } from './exchange';
import { readPool } from './find';
import { hasBody } from './request-body';

const path = '/v1/pools/{name}';
const plainRead = /^\/v1\/pools\/([a-z0-9-]{1,63})$/;

/**
 * The busiest request of a sale, a plain read of one pool, answered without the way through the router. It is the route
 * of the same path in all it says; whatever is not plain about a request leaves it to that.
 */
export function availabilityLane(dependencies: Dependencies): {
  nameIn(request: IncomingMessage): string | undefined;
  answer(name: string, response: Response): Promise<void>;
} {
  return {
    nameIn(request) {
      const isPlain = request.method === 'GET' && !hasBody(request) && request.headers['if-none-match'] === undefined;
      return isPlain ? plainRead.exec(request.url ?? '')?.[1] : undefined;
    },
    async answer(name, response) {
      response.locals.route = path;
      const { json } = await readPool(dependencies, name);
      sendJson(response, json);
    },
  };
}

/** @param json as it goes out. */
export function sendJson(response: Response, json: string): void {
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.end(json);
}
