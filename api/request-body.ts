import type { IncomingMessage } from 'node:http';
import getRawBody from 'raw-body';

/** Of a body, as it is sent and as it is once it is unpacked. */
export const bodyLimit = 100 * 1024;

type Head = Pick<IncomingMessage, 'headers'>;

const lengthOf = ({ headers }: Head) => Number(headers['content-length'] ?? 0);
const isChunked = ({ headers }: Head) => headers['transfer-encoding'] !== undefined;

export const hasBody = (request: Head): boolean => isChunked(request) || lengthOf(request) > 0;

/** It says so itself. */
export const isTooLong = (request: Head): boolean => lengthOf(request) > bodyLimit;

/** There is more to come of the body, and nothing says that it ends within the limit. */
export function mayBeEndless(request: IncomingMessage): boolean {
  return !request.complete && (isChunked(request) || isTooLong(request));
}

/** The whole body as it is sent. Rejects as soon as it is known to be beyond the limit, and reads no further. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return getRawBody(request, { limit: bodyLimit, length: request.headers['content-length'] ?? null });
}
