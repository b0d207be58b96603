import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { parse } from 'content-type';
import type { Request } from 'express';
import { Problem, payloadTooLarge } from './problem';
import { bodyLimit, hasBody, readBody } from './request-body';

const jsonTypes = ['application/json', 'application/*+json'];

const unpackers = { gzip: promisify(gunzip), deflate: promisify(inflate), br: promisify(brotliDecompress) } as const;

const unreadable = (why: string) => new Problem('malformed-json', why);

function refuseOtherTypes(request: Request): void {
  if (!request.is(jsonTypes)) throw unreadable('The body must be JSON, and its Content-Type application/json.');
  const { charset = 'utf-8' } = parse(request.get('content-type') ?? '').parameters;
  if (!/^utf-?8$/i.test(charset)) throw unreadable(`The body is not JSON in UTF-8: its charset is ${charset}.`);
}

function unpackerOf(request: Request): (typeof unpackers)[keyof typeof unpackers] | undefined {
  const encoding = request.get('content-encoding')?.toLowerCase() ?? 'identity';
  if (encoding === 'identity') return undefined;
  if (encoding === 'gzip' || encoding === 'deflate' || encoding === 'br') return unpackers[encoding];
  throw unreadable(`The Content-Encoding ${encoding} is not known; gzip, deflate and br are.`);
}

async function unpacked(body: Buffer, unpack: (typeof unpackers)['gzip'] | (typeof unpackers)['br']): Promise<Buffer> {
  try {
    return await unpack(body, { maxOutputLength: bodyLimit });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw payloadTooLarge();
    throw unreadable('The body is not packed as its Content-Encoding says.');
  }
}

/** JSON is UTF-8: what is not would be changed silently where it is read. */
function textOf(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw unreadable('The body is not in UTF-8.');
  }
}

/**
 * Any JSON value in the body of the request, undefined where there is none: what is wrong with the value is for the
 * route's schema to say. Throws `malformed-json` and `payload-too-large`.
 */
export async function readJson(request: Request): Promise<unknown> {
  if (!hasBody(request)) return undefined;
  refuseOtherTypes(request);
  const unpack = unpackerOf(request);
  const sent = await readBody(request);
  const body = unpack && sent.length > 0 ? await unpacked(sent, unpack) : sent;
  if (body.length === 0) return undefined;
  const text = textOf(body);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(`The body is not JSON in UTF-8: ${error instanceof Error ? error.message : error}`);
  }
}
