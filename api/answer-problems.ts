import { QueueFull, StoreUnavailable, storeError } from '../src/store';
import type { Dependencies } from './dependencies';
import { endAndClose } from './end-and-close';
import type { Response } from './exchange';
import { notFound, Problem, payloadTooLarge, unavailable } from './problem';
import { mayBeEndless } from './request-body';

/** What the reader of bodies and the router throw carries a type or a status of its own. */
function fromExpress(error: Error & { type?: unknown; status?: unknown }): Problem | undefined {
  if (error.type === 'entity.too.large') return payloadTooLarge();
  if (error instanceof URIError || error.message.startsWith('Failed to decode param')) return notFound('such path');
  if (typeof error.status === 'number' && error.status >= 400 && error.status < 500) {
    return new Problem('malformed-json', `The request could not be read: ${error.message}`);
  }
  return undefined;
}

function problemFrom(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof QueueFull) {
    const detail = 'Too many changes wait to be written. Nothing was done; try again in a moment.';
    return new Problem('too-many-requests', detail, {}, { 'Retry-After': '2' });
  }
  if (storeError(error) instanceof StoreUnavailable) return unavailable('The database is away.');
  return error instanceof Error ? fromExpress(error) : undefined;
}

function send(response: Response, { document, headers }: Problem): void {
  response.statusCode = document.status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader('Content-Type', 'application/problem+json; charset=utf-8');
  const body = JSON.stringify({ ...document, instance: response.locals.url });
  if (mayBeEndless(response.req)) endAndClose(response, body);
  else response.end(body);
}

/** The one place where errors become answers: known ones their problem, unknown ones `internal` without a stack. */
export function answerProblems({ logger }: Dependencies): (error: unknown, response: Response) => void {
  return (error, response) => {
    const { requestId } = response.locals;
    const known = problemFrom(error);
    if (!known) logger.error({ err: error, requestId }, 'a request failed for an unplanned reason');
    // Too late to answer anything else: who asked must not take a part for the whole.
    if (response.headersSent) response.destroy();
    else send(response, known ?? new Problem('internal', `Please report the request id ${requestId}.`, { requestId }));
  };
}
