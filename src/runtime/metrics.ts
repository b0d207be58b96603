import { Counter, collectDefaultMetrics, Gauge, Histogram, type Registry } from 'prom-client';
import type { BatchReport } from '../store';

const seconds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5];

export interface StoreMetrics {
  /** What the committer tells of its batches. */
  report(report: BatchReport): void;
  /** A command was refused by a full queue. */
  refused(): void;
  /** Shows how many commands wait, as it is whenever somebody looks. */
  watch(committer: { readonly waiting: number }): void;
}

export function storeMetrics(registry: Registry): StoreMetrics {
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = (name: string, help: string) => new Counter({ name, help, registers });
  const size = new Histogram({
    name: 'boxoffice_commit_batch_commands',
    help: 'Commands appended together by one group commit',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
    registers,
  });
  const duration = new Histogram({
    name: 'boxoffice_commit_seconds',
    help: 'Time from the start of a batch to its commit',
    buckets: seconds,
    registers,
  });
  const queued = new Histogram({
    name: 'boxoffice_commit_queue_seconds',
    help: 'Longest wait of a command before its batch began',
    buckets: seconds,
    registers,
  });
  const conflicts = counter(
    'boxoffice_commit_conflicts_total',
    'Batches that found another writer on one of their streams',
  );
  const locked = counter('boxoffice_commit_locked_total', 'Batches that locked their streams before they were decided');
  const refused = counter('boxoffice_commit_refused_total', 'Commands refused because too many waited already');
  return {
    report: (report) => {
      size.observe(report.commands);
      duration.observe(report.milliseconds / 1000);
      queued.observe(report.queuedMilliseconds / 1000);
      if (report.conflict) conflicts.inc();
      if (report.locked) locked.inc();
    },
    refused: () => refused.inc(),
    watch: (committer) => {
      new Gauge({
        name: 'boxoffice_commit_waiting_commands',
        help: 'Commands that wait to be decided',
        registers,
        collect() {
          this.set(committer.waiting);
        },
      });
    },
  };
}
