import type { Pool as Database } from 'pg';
import { Counter, Gauge, type Registry } from 'prom-client';

/** Workflows that are gone and not yet started anew, the same from every process; as it was while it cannot be read. */
export function goneMetrics(registry: Registry, database: Database, onError: (error: Error) => void): void {
  new Gauge({
    name: 'boxoffice_workflows_gone',
    help: 'Workflows that are gone while their stream goes on, and not yet started anew',
    labelNames: ['kind'],
    registers: [registry],
    async collect() {
      try {
        const { rows } = await database.query<{ kind: string; gone: number }>(
          `SELECT kind, count(g.stream)::integer AS gone
           FROM unnest(ARRAY['purchase', 'pool', 'show']) AS kind
           LEFT JOIN gone_workflows g ON split_part(g.stream, '-', 1) = kind AND g.restarted_at IS NULL GROUP BY kind`,
        );
        for (const { kind, gone } of rows) this.set({ kind }, gone);
      } catch (error) {
        onError(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
}

/** Counts what this process has started anew. */
export const startedAnewCounter = (registry: Registry) =>
  new Counter({
    name: 'boxoffice_workflows_started_anew_total',
    help: 'Workflows that this process started anew from their stream, because they were gone',
    labelNames: ['kind'],
    registers: [registry],
  });
