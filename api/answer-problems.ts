import type { ErrorRequestHandler, Request, Response } from 'express';
import { StoreUnavailable, storeError } from '../src/store';
import type { Dependencies } from './dependencies';
import { notFound, Problem, unavailable } from './problem';

/** What body-parser and the router throw carries a type or a status of its own. */
function fromExpress(error: Error & { type?: unknown; status?: unknown }): Problem | undefined {
  if (
    error.type === 'entity.parse.failed' ||
    error.type === 'encoding.unsupported' ||
    error.type === 'charset.unsupported'
  ) {
    return new Problem('malformed-json', `The body is not JSON in UTF-8: ${error.message}`);
  }
  if (error.type === 'entity.too.large') return new Problem('payload-too-large', 'A body may have 100 kB at the most.');
  if (error instanceof URIError || error.message.startsWith('Failed to decode param')) return notFound('such path');
  if (typeof error.status === 'number' && error.status >= 400 && error.status < 500) {
    return new Problem('malformed-json', `The request could not be read: ${error.message}`);
  }
  return undefined;
}

function problemFrom(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (storeError(error) instanceof StoreUnavailable) return unavailable('The database is away.');
  return error instanceof Error ? fromExpress(error) : undefined;
}

export function sendProblem(request: Request, response: Response, { document, headers }: Problem): void {
  response.set(headers).status(document.status).type('application/problem+json');
  response.send(JSON.stringify({ ...document, instance: request.originalUrl }));
}

/** The one place where errors become answers: known ones their problem, unknown ones `internal` without a stack. */
export function answerProblems({ logger }: Dependencies): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const known = problemFrom(error);
    if (!known)
      logger.error({ err: error, requestId: response.locals.requestId }, 'a request failed for an unplanned reason');
    const requestId = String(response.locals.requestId);
    sendProblem(
      request,
      response,
      known ?? new Problem('internal', `Please report the request id ${requestId}.`, { requestId }),
    );
  };
}
