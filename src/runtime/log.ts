import pino, { type Logger } from 'pino';

export type { Logger };

/** Structured logs on stdout, one JSON object a line; keys, tokens and connection strings are never written. */
export function createLogger(level: string, process: string): Logger {
  return pino({
    level,
    base: { process },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: ['*.authorization', '*.token', '*.method.token', 'req.headers.authorization', 'databaseUrl'],
      censor: '[redacted]',
    },
  });
}
