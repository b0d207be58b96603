import type { ServerResponse } from 'node:http';

export const lingerLimits = {
  /** So long and so much is still taken of a body after its answer. */
  milliseconds: 1_000,
  bytes: 1024 * 1024,
} as const;

/**
 * Ends an answer to a request that is still being sent, and the connection with it. Not at once: where a connection is
 * closed with bytes unread its client is told of a reset, and may never see the answer (RFC 9112, section 9.6).
 */
export function endAndClose(response: ServerResponse, body: string): void {
  const { req: request } = response;
  response.setHeader('Connection', 'close');
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.flushHeaders();
  response.write(body);
  let left: number = lingerLimits.bytes;
  const take = ({ length }: Buffer) => {
    left -= length;
    if (left < 0) request.pause();
  };
  const end = () => {
    clearTimeout(late);
    request.off('data', take).off('end', end).off('close', end);
    response.end();
  };
  const late = setTimeout(end, lingerLimits.milliseconds);
  request.on('data', take).once('end', end).once('close', end).resume();
}
