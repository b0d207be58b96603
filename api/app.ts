import express, { type Express, type RequestHandler } from 'express';
import rateLimit from 'express-rate-limit';
import helmet from 'helmet';
import { answerProblems, sendProblem } from './answer-problems';
import { type Caller, unauthorized } from './authentication';
import type { Dependencies } from './dependencies';
import { docs } from './docs';
import { eventDocs, eventDocsPath } from './event-docs';
import { observe } from './observe';
import { methodNotAllowed, notFound, Problem } from './problem';
import { readJson } from './read-json';
import type { Route } from './route';
import { analyticsRoutes } from './routes/analytics';
import { healthRoutes } from './routes/health';
import { paymentRoutes } from './routes/payments';
import { poolRoutes } from './routes/pools';
import { purchaseRoutes } from './routes/purchases';
import { steeringRoutes } from './routes/steering';

const rateWindowMilliseconds = 10_000;

export function allRoutes(dependencies: Dependencies): Route[] {
  const rooms = [poolRoutes, steeringRoutes, purchaseRoutes, paymentRoutes, analyticsRoutes, healthRoutes];
  return rooms.flatMap((routes) => routes(dependencies));
}

const expressPath = (path: string) => path.replaceAll(/\{(\w+)\}/g, ':$1');

/** Before the body is read: who may not go in has nothing of theirs looked at. */
function admit(route: Route): RequestHandler {
  return (_request, response, next) => {
    response.locals.route = route.path;
    response.locals.caller = route.admit(response.locals.caller as Caller | undefined);
    next();
  };
}

function runRoute(route: Route): RequestHandler {
  return async (request, response) => {
    const { status, body, headers } = await route.run(request, response.locals.caller as Caller);
    response.status(status).set(headers ?? {});
    if (body === undefined) response.end();
    else if (route.answerType === undefined) response.json(body);
    else response.send(body);
  };
}

function refuseOtherMethods(routes: readonly Route[]): RequestHandler {
  const offered = routes.map(({ method }) => method.toUpperCase());
  return ({ method }) => {
    throw methodNotAllowed(method, offered);
  };
}

function identify({ keyring }: Dependencies): RequestHandler {
  return (request, response, next) => {
    const caller = keyring.caller(request.get('authorization'));
    response.locals.caller = caller;
    response.locals.subject = caller && `${caller.role}:${caller.subject}`;
    next();
  };
}

/** Also where a key is not needed: whoever sends one believes that it is known. */
const refuseUnknownKeys: RequestHandler = (request, response, next) => {
  if (request.get('authorization') !== undefined && !response.locals.caller) throw unauthorized();
  next();
};

function limitRate({ rateLimits }: Dependencies): RequestHandler {
  return rateLimit({
    windowMs: rateWindowMilliseconds,
    limit: (_request, response) => (response.locals.subject ? rateLimits.withKey : rateLimits.withoutKey),
    keyGenerator: (request, response) => response.locals.subject ?? `address:${request.ip}`,
    validate: { keyGeneratorIpFallback: false },
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: (request, response) => {
      sendProblem(
        request,
        response,
        new Problem('too-many-requests', 'Slow down; try again after the seconds in Retry-After.'),
      );
    },
  });
}

/** The docs are also read over plain HTTP, where a browser that upgrades requests would find nothing. */
const securityHeaders = helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } });

/** The HTTP API of the contract (API.md) on the parts it is handed. */
export function createApp(dependencies: Dependencies): Express {
  const app = express();
  app.disable('x-powered-by').set('trust proxy', 'loopback').set('etag', false);
  app.use(observe(dependencies), securityHeaders);
  app.use('/v1', identify(dependencies), limitRate(dependencies), refuseUnknownKeys);
  const routes = allRoutes(dependencies);
  app.use(eventDocsPath, limitRate(dependencies));
  app.use(eventDocs(dependencies), docs(routes));
  for (const path of new Set(routes.map((each) => each.path))) {
    const same = routes.filter((each) => each.path === path);
    const place = app.route(expressPath(path));
    for (const each of same) place[each.method](admit(each), ...(each.body ? readJson : []), runRoute(each));
    place.all(refuseOtherMethods(same));
  }
  app.use((request) => {
    throw notFound(`page ${request.path}`);
  });
  app.use(answerProblems(dependencies));
  return app;
}
