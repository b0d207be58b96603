import type { IncomingMessage } from 'node:http';

const loopback = /^(::ffff:)?127\.|^::1$/;

/** Asked from this very machine, by no proxy. */
export function isFromLoopback({ socket, headers }: IncomingMessage): boolean {
  return loopback.test(socket.remoteAddress ?? '') && headers['x-forwarded-for'] === undefined;
}

/** Who asks: a proxy is believed only where it runs on this machine, and of its list the last address that does not. */
export function addressOf({ socket, headers }: IncomingMessage): string {
  const peer = socket.remoteAddress ?? 'unknown';
  const forwarded = headers['x-forwarded-for'];
  if (forwarded === undefined || !loopback.test(peer)) return peer;
  const addresses = [forwarded]
    .flat()
    .join(',')
    .split(',')
    .map((each) => each.trim());
  return addresses.findLast((each) => !loopback.test(each)) ?? peer;
}
