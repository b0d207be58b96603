import { cpus, totalmem } from 'node:os';

const bytesPerGiB = 1024 ** 3;

/** The machine that figures were had on, in one line. */
export function machine(): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / bytesPerGiB);
  return `${cpus().length} × ${first?.model.trim() ?? 'unknown processor'}, ${memory} GiB, Node ${process.version}`;
}
