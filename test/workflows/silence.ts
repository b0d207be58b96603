import { DefaultLogger, Runtime } from '@temporalio/worker';

/** Of Temporal's SDK only errors of our code are heard in this suite: what it warns of is often what is tested. */
export function silenceTemporal(): void {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: 'off' } },
  });
}
