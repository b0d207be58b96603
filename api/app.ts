import type { RequestListener } from 'node:http';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import { answerProblems } from './answer-problems';
import type { Caller } from './authentication';
import { availabilityLane } from './availability-lane';
import type { Dependencies } from './dependencies';
import { docs } from './docs';
import { entrance } from './entrance';
import { isKnown } from './etag';
import { eventDocs } from './event-docs';
import type { Response as Entered } from './exchange';
import { methodNotAllowed, notFound } from './problem';
import { readJson } from './read-json';
import { hasBody, readBody } from './request-body';
import type { Answer, Route } from './route';
import { analyticsRoutes } from './routes/analytics';
import { cartRoutes } from './routes/carts';
import { healthRoutes } from './routes/health';
import { liveRoutes } from './routes/live';
import { operationsRoutes } from './routes/operations';
import { paymentRoutes } from './routes/payments';
import { poolRoutes } from './routes/pools';
import { priceRoutes } from './routes/prices';
import { purchaseRoutes } from './routes/purchases';
import { seatRoutes } from './routes/seats';
import { showCommandRoutes } from './routes/show-commands';
import { showRoutes } from './routes/shows';
import { steeringRoutes } from './routes/steering';
import { streamRoutes } from './routes/streams';

export function allRoutes(dependencies: Dependencies): Route[] {
  const rooms = [
    poolRoutes,
    priceRoutes,
    seatRoutes,
    steeringRoutes,
    showRoutes,
    showCommandRoutes,
    purchaseRoutes,
    paymentRoutes,
    cartRoutes,
    liveRoutes,
    analyticsRoutes,
    streamRoutes,
    operationsRoutes,
    healthRoutes,
  ];
  return rooms.flatMap((routes) => routes(dependencies));
}

const expressPath = (path: string) => path.replaceAll(/\{(\w+)\}/g, ':$1');

/** Before the body is read: who may not go in has nothing of theirs looked at. */
function admit(route: Route, { locals }: Response): void {
  locals.route = route.path;
  locals.caller = route.admit(locals.caller as Caller | undefined);
}

/** Who asks has it already, and need not be sent it again. Without a tag that can only be whatever there is (`*`). */
function isNotModified({ method, headers }: Request, { status, open, headers: own }: Answer): boolean {
  const isRead = method === 'GET' || method === 'HEAD';
  return isRead && status === 200 && !open && isKnown(headers['if-none-match'], own?.ETag);
}

async function run(route: Route, request: Request, response: Response): Promise<void> {
  const answer = await route.run(request, response.locals.caller as Caller);
  const { status, body, json, headers, open } = answer;
  if (isNotModified(request, answer)) {
    response
      .status(304)
      .set(headers ?? {})
      .end();
    return;
  }
  const send = request.method === 'HEAD' ? undefined : open?.();
  response.status(status).set(headers ?? {});
  if (send) {
    response.locals.isStream = true;
    send(response);
  } else if (json !== undefined) {
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.end(json);
  } else if (body === undefined) response.end();
  else if (route.answerType === undefined) response.json(body);
  else response.send(body);
}

/** In one step: each one costs. A body that nobody asked for is read as well, so that no answer is given beside an endless one. */
function handlerOf(route: Route): RequestHandler {
  return async (request, response) => {
    admit(route, response);
    if (route.body) request.body = await readJson(request);
    else if (hasBody(request)) await readBody(request);
    await run(route, request, response);
  };
}

const readUnasked: RequestHandler = async (request, _response, next) => {
  if (hasBody(request)) await readBody(request);
  next();
};

function refuseOtherMethods(routes: readonly Route[]): RequestHandler {
  const offered = routes.map(({ method }) => method.toUpperCase());
  return ({ method }) => {
    throw methodNotAllowed(method, offered);
  };
}

/** The routes, behind the entrance. */
function expressApp(dependencies: Dependencies, answerProblem: ReturnType<typeof answerProblems>): Express {
  const app = express();
  app.disable('x-powered-by').set('etag', false);
  const routes = allRoutes(dependencies);
  for (const path of new Set(routes.map((each) => each.path))) {
    const same = routes.filter((each) => each.path === path);
    const place = app.route(expressPath(path));
    for (const each of same) place[each.method](handlerOf(each));
    place.all(refuseOtherMethods(same));
  }
  app.use(readUnasked, eventDocs(dependencies), docs(routes));
  app.use((request) => {
    throw notFound(`page ${request.path}`);
  });
  const onError: ErrorRequestHandler = (error: unknown, _request, response, _next) =>
    answerProblem(error, response as unknown as Entered);
  return app.use(onError);
}

/** The HTTP API of the contract (API.md) on the parts it is handed. */
export function createApp(dependencies: Dependencies): RequestListener {
  const answerProblem = answerProblems(dependencies);
  const { enter, identify } = entrance(dependencies);
  const lane = availabilityLane(dependencies);
  const app = expressApp(dependencies, answerProblem);
  return (request, response) => {
    const entered = enter(request, response);
    try {
      identify(request, entered);
    } catch (error) {
      answerProblem(error, entered);
      return;
    }
    const pool = lane.nameIn(request);
    if (pool === undefined) app(request, response);
    else lane.answer(pool, entered).catch((error: unknown) => answerProblem(error, entered));
  };
}
