import { Pool } from 'pg';

export const connectionLimits = {
  perProcess: 10,
  /** How long one query waits for a connection before it counts as StoreUnavailable. */
  connectMilliseconds: 5_000,
  statementMilliseconds: 30_000,
  /** A process that stands still in a transaction loses it, and what it had locked. */
  idleInTransactionMilliseconds: 10_000,
  /** Past it the server is taken for gone, which else would have refused the statement itself. */
  answerMilliseconds: 35_000,
} as const;

/** A pool of connections that outlives restarts of the server: a broken connection is replaced on next use. */
export function connect(
  databaseUrl: string,
  onError: (error: Error) => void,
  {
    connections = connectionLimits.perProcess,
    answerMilliseconds = connectionLimits.answerMilliseconds,
  }: { connections?: number; answerMilliseconds?: number } = {},
): Pool {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: connections,
    connectionTimeoutMillis: connectionLimits.connectMilliseconds,
    statement_timeout: connectionLimits.statementMilliseconds,
    idle_in_transaction_session_timeout: connectionLimits.idleInTransactionMilliseconds,
    query_timeout: answerMilliseconds,
    keepAlive: true,
  });
  pool.on('error', onError);
  // A connection that breaks between two statements of a transaction says so by an event, which must not end the process:
  // its next statement fails all the same.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
