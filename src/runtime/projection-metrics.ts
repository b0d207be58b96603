import type { Pool as Database } from 'pg';
import { Gauge, type Registry } from 'prom-client';
import { listProjections, type ProjectionState, projections } from '../projections';

const gauges: readonly [name: string, help: string, value: (state: ProjectionState) => number][] = [
  [
    'boxoffice_projection_position',
    'Position up to which a read model holds the events',
    ({ position }) => position ?? 0,
  ],
  ['boxoffice_projection_behind', 'Positions between a read model and the last event', ({ behind }) => behind],
  [
    'boxoffice_projection_parked_events',
    'Events that a read model could not apply and set aside',
    ({ parked }) => parked,
  ],
];

/** How far the read models are, asked of the database whenever the metrics are read; nothing is said while it is away. */
export function projectionMetrics(registry: Registry, database: Database): void {
  let asked: Promise<ProjectionState[]> | undefined;
  /** All gauges of one reading share the question. */
  const ask = () => {
    asked ??= listProjections(database, projections)
      .catch(() => [])
      .finally(() => {
        asked = undefined;
      });
    return asked;
  };
  for (const [name, help, value] of gauges) {
    new Gauge({
      name,
      help,
      labelNames: ['projection'],
      registers: [registry],
      async collect() {
        const states = await ask();
        this.reset();
        for (const state of states)
          if (state.position !== undefined) this.set({ projection: state.name }, value(state));
      },
    });
  }
}
