import express, { type Express, type RequestHandler } from 'express';
import rateLimit from 'express-rate-limit';
import helmet from 'helmet';
import { answerProblems, sendProblem } from './answer-problems';
import type { Caller } from './authentication';
import type { Dependencies } from './dependencies';
import { docs } from './docs';
import { health } from './health';
import { observe } from './observe';
import { notFound, Problem } from './problem';
import type { Route } from './route';
import { analyticsRoutes } from './routes/analytics';
import { paymentRoutes } from './routes/payments';
import { poolRoutes } from './routes/pools';
import { purchaseRoutes } from './routes/purchases';

export const bodyLimit = '100kb';
const rateWindowMilliseconds = 10_000;

export function allRoutes(dependencies: Dependencies): Route[] {
  return [poolRoutes, purchaseRoutes, paymentRoutes, analyticsRoutes].flatMap((routes) => routes(dependencies));
}

const expressPath = (path: string) => path.replaceAll(/\{(\w+)\}/g, ':$1');

function runRoute(route: Route): RequestHandler {
  return async (request, response) => {
    response.locals.route = route.path;
    const { status, body, headers } = await route.run(request, response.locals.caller as Caller | undefined);
    response.status(status).set(headers ?? {});
    if (body === undefined) response.end();
    else response.json(body);
  };
}

function refuseOtherMethods(routes: readonly Route[]): RequestHandler {
  const offered = routes.map(({ method }) => method.toUpperCase());
  const allow = [...offered, ...(offered.includes('GET') ? ['HEAD'] : [])].join(', ');
  return (request) => {
    throw new Problem(
      'method-not-allowed',
      `${request.method} is not offered here; ${allow} is.`,
      {},
      { Allow: allow },
    );
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

/** The HTTP API of the contract (API.md) on the parts it is handed. */
export function createApp(dependencies: Dependencies): Express {
  const app = express();
  app.disable('x-powered-by').set('trust proxy', 'loopback').set('etag', false);
  app.use(observe(dependencies));
  app.use(helmet());
  app.use(health(dependencies));
  const routes = allRoutes(dependencies);
  app.use(docs(routes));
  app.use('/v1', identify(dependencies), limitRate(dependencies));
  app.use(express.json({ limit: bodyLimit, type: ['application/json', 'application/*+json'] }));
  for (const path of new Set(routes.map((each) => each.path))) {
    const same = routes.filter((each) => each.path === path);
    const place = app.route(expressPath(path));
    for (const each of same) place[each.method](runRoute(each));
    place.all(refuseOtherMethods(same));
  }
  app.use((request) => {
    throw notFound(`page ${request.path}`);
  });
  app.use(answerProblems(dependencies));
  return app;
}
