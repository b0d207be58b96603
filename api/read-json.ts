import { isUtf8 } from 'node:buffer';
import express, { type Request, type RequestHandler } from 'express';
import { Problem } from './problem';

const bodyLimit = '100kb';
const jsonTypes = ['application/json', 'application/*+json'];

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

const refuseOtherTypes: RequestHandler = (request, _response, next) => {
  if (hasBody(request) && !request.is(jsonTypes)) {
    throw new Problem('malformed-json', 'The body must be JSON, and its Content-Type application/json.');
  }
  next();
};

/** JSON is UTF-8: what is not would be changed silently where it is read. */
function refuseOtherBytes(_request: unknown, _response: unknown, body: Buffer): void {
  if (!isUtf8(body)) throw new Problem('malformed-json', 'The body is not in UTF-8.');
}

/** Any JSON value in; what is wrong with it is for the route's schema to say. */
export const readJson: readonly RequestHandler[] = [
  refuseOtherTypes,
  express.json({ limit: bodyLimit, type: jsonTypes, strict: false, verify: refuseOtherBytes }),
];
