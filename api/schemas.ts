import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { givenCustomerId, givenPrice, plainText } from '../src/domain';
import { parts } from './readiness';

extendZodWithOpenApi(z);

/** What comes in and what goes out, once: Express parses by it and OpenAPI is made from it. */
export const textLimits = { reason: 500, token: 200 } as const;

export const instant = z.iso.datetime({ offset: true }).describe('RFC 3339');

export const positiveMoney = z.strictObject(givenPrice.shape).openapi('Money', {
  description: 'Integer minor units of an ISO 4217 currency',
});

export const reason = plainText(textLimits.reason);

export const customerId = givenCustomerId;

export const emptyBody = z.strictObject({});

export const pageLimits = { usual: 50, most: 200 } as const;

export const limit = z.coerce.number().int().min(1).max(pageLimits.most).default(pageLimits.usual);

export const problemAnswer = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().optional(),
  })
  .openapi('Problem', { description: 'RFC 9457' });

export const streamLimits = { nameLength: 200, events: { usual: 100, most: 1_000 } } as const;

export const streamParams = z.object({
  stream: z
    .string()
    .max(streamLimits.nameLength)
    .regex(/^[a-z]+-[a-z0-9-]+$/),
});

export const streamQuery = z.strictObject({
  from: z.coerce.number().int().min(1).default(1).describe('Version of the first event wanted'),
  limit: z.coerce.number().int().min(1).max(streamLimits.events.most).default(streamLimits.events.usual),
});

export const streamAnswer = z
  .object({
    stream: z.string(),
    events: z.array(
      z.object({
        name: z.string(),
        data: z.record(z.string(), z.unknown()),
        id: z.uuid(),
        stream: z.string(),
        version: z.int(),
        position: z.int(),
        created: instant,
        meta: z.object({ correlation: z.string(), causation: z.string(), workflow: z.string() }),
      }),
    ),
    next: z.int().optional().describe('Version from which the next page is read, where there is one'),
  })
  .openapi('Stream');

export const liveHeaders = z.object({
  'Last-Event-ID': z
    .string()
    .optional()
    .describe('The id of the last event seen: it is not sent again, and what is newer comes at once'),
});

export const eventStreamAnswer = z
  .string()
  .describe(
    'Server-sent events whose id is a position; a comment every 15 s; the newest state, never every one between',
  );

export const liveAnswer = z.object({ status: z.literal('live') });

export const readyAnswer = z.object({
  status: z.enum(['ready', 'not-ready']),
  away: z.array(z.enum(parts)),
});

export const metricsAnswer = z.string().describe('Prometheus text format');
