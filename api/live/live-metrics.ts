import { Counter, Gauge, type Registry } from 'prom-client';

/** What the live views of this process do. */
export function liveMetrics(registry: Registry) {
  const registers = [registry];
  return {
    listeners: new Gauge({
      name: 'boxoffice_live_listeners',
      help: 'Connections that follow a live view, by kind of view',
      labelNames: ['view'],
      registers,
    }),
    sent: new Counter({
      name: 'boxoffice_live_events_total',
      help: 'States sent to listeners',
      labelNames: ['view'],
      registers,
    }),
    dropped: new Counter({
      name: 'boxoffice_live_dropped_total',
      help: 'Listeners dropped because they took nothing for too long',
      labelNames: ['view'],
      registers,
    }),
    rounds: new Counter({
      name: 'boxoffice_live_rounds_total',
      help: 'Times that topics which had changed were read together and told',
      registers,
    }),
  };
}

export type LiveMetrics = ReturnType<typeof liveMetrics>;
