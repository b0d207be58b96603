import pino, { type Logger, type LoggerOptions } from 'pino';

export type { Logger };

/** Structured logs, one JSON object a line; keys, tokens and connection strings are never written. */
export function loggerOptions(level: string, process: string): LoggerOptions {
  return {
    level,
    base: { process },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: ['*.authorization', '*.token', '*.method.token', 'req.headers.authorization', 'databaseUrl'],
      censor: '[redacted]',
    },
  };
}

/** Writes on stdout. */
export function createLogger(level: string, process: string): Logger {
  return pino(loggerOptions(level, process));
}
