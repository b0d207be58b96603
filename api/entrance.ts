import type { IncomingMessage, ServerResponse } from 'node:http';
import { addressOf } from './address';
import { unauthorized } from './authentication';
import type { Dependencies } from './dependencies';
import type { Response } from './exchange';
import { observe } from './observe';
import { RateLimit } from './rate-limit';
import { setSecurityHeaders } from './security-headers';

/** Paths of the contract; a target that is no path, as proxies are sent, may lead to one. */
const ofContract = (url: string) => /^\/v1(?:[/?#]|$)|^[^/]/i.test(url);
/** Pages that ask the database. */
const ofEventDocs = (url: string) => /^\/docs\/events(?:[/?#]|$)/i.test(url);

/** Whoever floods the API with other requests is still heard with these. */
const stops = /^\/v1\/(?:pools|shows)\/[^/?#]+\/(?:stop|cancel)(?:[/?#]|$)/i;

/** Who asks, within the limits of rate. A key that is sent must be known, also where none is needed. */
function identify({ keyring, rateLimits }: Dependencies): (request: IncomingMessage, response: Response) => void {
  const rate = new RateLimit();
  return (request, response) => {
    const { authorization } = request.headers;
    const { locals } = response;
    locals.caller = keyring.caller(authorization);
    if (locals.caller) locals.subject = `${locals.caller.role}:${locals.caller.subject}`;
    locals.sender = locals.subject ?? `address:${addressOf(request)}`;
    const counted = request.method === 'POST' && stops.test(locals.url) ? `${locals.sender} stops` : locals.sender;
    rate.count(response, counted, locals.subject ? rateLimits.withKey : rateLimits.withoutKey);
    if (authorization !== undefined && !locals.caller) throw unauthorized();
  };
}

/** What every request passes before anything else: its id and its line in the log, headers for safety, who asks. */
export function entrance(dependencies: Dependencies): {
  enter(request: IncomingMessage, response: ServerResponse): Response;
  /** Throws the problem of who may not go on. */
  identify(request: IncomingMessage, response: Response): void;
} {
  const observed = observe(dependencies);
  const identified = identify(dependencies);
  const pages = new RateLimit();
  return {
    enter(request, response) {
      const entered = observed(request, response);
      setSecurityHeaders(response);
      return entered;
    },
    identify(request, response) {
      const { url } = response.locals;
      if (ofContract(url)) identified(request, response);
      else if (ofEventDocs(url)) {
        pages.count(response, `address:${addressOf(request)}`, dependencies.rateLimits.withoutKey);
      }
    },
  };
}
