import { Counter, collectDefaultMetrics, Histogram, type Registry } from 'prom-client';
import type { BatchReport } from '../store';

/** What the committer tells of its batches. */
export function storeMetrics(registry: Registry): (report: BatchReport) => void {
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const size = new Histogram({
    name: 'boxoffice_commit_batch_commands',
    help: 'Commands appended together by one group commit',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
    registers,
  });
  const duration = new Histogram({
    name: 'boxoffice_commit_seconds',
    help: 'Time from the start of a batch to its commit',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5],
    registers,
  });
  const queued = new Histogram({
    name: 'boxoffice_commit_queue_seconds',
    help: 'Longest wait of a command before its batch began',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5],
    registers,
  });
  const conflicts = new Counter({
    name: 'boxoffice_commit_conflicts_total',
    help: 'Batches that found another writer on one of their streams',
    registers,
  });
  return (report) => {
    size.observe(report.commands);
    duration.observe(report.milliseconds / 1000);
    queued.observe(report.queuedMilliseconds / 1000);
    if (report.conflict) conflicts.inc();
  };
}
