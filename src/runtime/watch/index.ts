/** Starts workflows anew that are gone while their stream goes on: see docs/decisions/027-gone-workflows-are-started-anew.md. */
import type { Registry } from 'prom-client';
import { connect } from '../../store';
import type { Logger } from '../log';
import { lazyClient } from '../temporal-connection';
import { Watch } from './watch';
import { goneMetrics, startedAnewCounter } from './watch-metrics';

export { watchLimits, watchOnce } from './watch';
export { goneMetrics } from './watch-metrics';

/** To Postgres, of its own: whatever else the process waits for does not hold up the watch. */
const connections = 2;

/** Watches on connections of its own; resolves with how to stop that. */
export function startWatch(
  settings: { databaseUrl: string; temporalAddress: string; temporalNamespace: string },
  logger: Logger,
  registry: Registry,
): () => Promise<void> {
  const warn = (error: Error) => logger.warn({ err: error }, 'a database connection broke');
  const database = connect(settings.databaseUrl, warn, { connections });
  const temporal = lazyClient(settings.temporalAddress, settings.temporalNamespace);
  goneMetrics(registry, database, (error) => logger.warn({ err: error }, 'gone workflows cannot be counted'));
  const watch = new Watch({ database, temporal, logger, startedAnew: startedAnewCounter(registry) });
  return async () => {
    await watch.stop();
    await temporal.connection.close();
    await database.end();
  };
}
