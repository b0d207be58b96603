import type { Pool } from 'pg';
import { Gauge, type Registry } from 'prom-client';
import { type LastAudit, lastAudit } from '../audit';

const millisecondsPerSecond = 1_000;

/** The last result of the standing audit, the same from every process of the installation; as it was while it cannot be read. */
export function auditMetrics(registry: Registry, database: Pool, onError: (error: Error) => void): void {
  let reading: Promise<LastAudit | undefined> | undefined;
  /** Once for all gauges of a scrape. */
  const read = () => {
    reading ??= lastAudit(database)
      .catch((error: Error) => {
        onError(error);
        return undefined;
      })
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };

  function gauge(name: string, help: string, perRule: boolean, set: (gauge: Gauge, last: LastAudit) => void): void {
    new Gauge({
      name: `boxoffice_audit_${name}`,
      help,
      labelNames: perRule ? ['rule'] : [],
      registers: [registry],
      async collect() {
        const last = await read();
        if (!last) return;
        this.reset();
        set(this, last);
      },
    });
  }

  gauge('breaches', 'Breaches of what must always hold that the last audit found', true, (each, { rules }) => {
    for (const { rule, breaches } of rules) each.set({ rule }, breaches);
  });
  gauge('counted', 'How much the last audit looked at', true, (each, { rules }) => {
    for (const { rule, counted } of rules) each.set({ rule }, counted);
  });
  const succeeded = 'ran to its end, whatever it found; 0 for never';
  gauge('last_success_timestamp_seconds', `When an audit last ${succeeded}`, false, (each, { succeededAt }) => {
    each.set((succeededAt?.getTime() ?? 0) / millisecondsPerSecond);
  });
  gauge(
    'last_whole_success_timestamp_seconds',
    `When an audit of everything last ${succeeded}`,
    false,
    (each, { wholeSucceededAt }) => each.set((wholeSucceededAt?.getTime() ?? 0) / millisecondsPerSecond),
  );
}
