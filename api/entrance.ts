import type { Request, RequestHandler, Response } from 'express';
import { unauthorized } from './authentication';
import type { Dependencies } from './dependencies';
import { observe } from './observe';
import { RateLimit } from './rate-limit';
import { setSecurityHeaders } from './security-headers';

const contract = /^\/v1(\/|$)/i;

/** Without a word of a proxy, which is all that Express would look at, the address is the connection's own. */
const addressOf = (request: Request) =>
  request.headers['x-forwarded-for'] === undefined ? request.socket.remoteAddress : request.ip;

/** Who asks, within the limits of rate. A key that is sent must be known, also where none is needed. */
function identify({ keyring, rateLimits }: Dependencies): (request: Request, response: Response) => void {
  const rate = new RateLimit();
  return (request, response) => {
    const { authorization } = request.headers;
    const caller = keyring.caller(authorization);
    const subject = caller && `${caller.role}:${caller.subject}`;
    const sender = subject ?? `address:${addressOf(request)}`;
    Object.assign(response.locals, { caller, subject, sender });
    rate.count(response, sender, subject ? rateLimits.withKey : rateLimits.withoutKey);
    if (authorization !== undefined && !caller) throw unauthorized();
  };
}

/** What every request passes first, in one step. */
export function entrance(dependencies: Dependencies): RequestHandler {
  const observed = observe(dependencies);
  const identified = identify(dependencies);
  return (request, response, next) => {
    observed(request, response);
    setSecurityHeaders(response);
    if (contract.test(request.path)) identified(request, response);
    next();
  };
}
