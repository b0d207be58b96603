import { z } from 'zod';

/** The stream was not at the version that the append expected. */
export class WrongExpectedVersion extends Error {
  override readonly name = 'WrongExpectedVersion';
  constructor(
    readonly stream: string,
    readonly expected: number | 'exists',
    readonly actual: number,
  ) {
    super(`stream ${stream} is at version ${actual}, expected ${expected}`);
  }
}

/** Event ids that are already stored came again with another payload, or only in part. */
export class EventIdReused extends Error {
  override readonly name = 'EventIdReused';
  constructor(readonly eventIds: readonly string[]) {
    super(`event ids already stored with another payload: ${eventIds.join(', ')}`);
  }
}

/** Postgres cannot be reached or went away; what was asked may or may not have been done. Ask again. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  constructor(cause: unknown) {
    super('the event store is away', { cause });
  }
}

/** More commands wait than the queue may hold. Nothing was done; ask again later. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
  constructor(limit: number) {
    super(`more than ${limit} commands are waiting`);
  }
}

const conflictDetail = z.object({ stream: z.string(), expected: z.number(), actual: z.number() });
const postgresError = z.looseObject({
  code: z.string().optional(),
  detail: z.string().optional(),
  constraint: z.string().optional(),
});

/** A unique violation on the ids of events. */
export class DuplicateEventId extends Error {
  override readonly name = 'DuplicateEventId';
}

/**
 * SQLSTATE classes and codes that mean the server or the way to it is gone: 08, 57P and Node's socket and name errors. A statement
 * that it cancels, as one that waited too long for a lock of somebody else's, is no fault of what was asked either.
 */
const awayCodes =
  /^(08...|57P..|57014|53300|ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENOENT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;
const awayMessages =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|not queryable|Client was closed/;

/** Turns what the driver throws into the store's own errors; anything else is passed on as it is. */
export function storeError(error: unknown): unknown {
  const parsed = postgresError.safeParse(error);
  const code = parsed.success ? parsed.data.code : undefined;
  if (code === 'BX001') {
    const detail = conflictDetail.parse(JSON.parse(parsed.data?.detail ?? '{}'));
    return new WrongExpectedVersion(detail.stream, detail.expected === -2 ? 'exists' : detail.expected, detail.actual);
  }
  if (code === '23505' && parsed.data?.constraint === 'events_event_id') return new DuplicateEventId('event id taken');
  const message = error instanceof Error ? error.message : '';
  if ((code !== undefined && awayCodes.test(code)) || awayMessages.test(message)) return new StoreUnavailable(error);
  return error;
}
