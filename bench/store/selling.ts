import { once } from 'node:events';
import { join } from 'node:path';
import { type Measure, summary } from '../measure';
import { type Cleanup, child } from '../stack';

export interface Sale {
  databaseUrl: string;
  pools: readonly string[];
  /** Clients of one process; each has one reservation under way at a time. */
  clients: number;
  warmUpSeconds: number;
  seconds: number;
}

export interface Sold {
  /** Also before and after the time that was measured. */
  reserved: number;
  milliseconds: number[];
  batches: number;
  conflicts: number;
  locked: number;
}

export interface Selling extends Measure {
  reserved: number;
  commandsPerBatch: number;
  conflicts: number;
  locked: number;
}

async function sell(cleanup: Cleanup, sale: Sale): Promise<Sold> {
  const args = ['--require', require.resolve('tsx/cjs'), join(__dirname, 'selling-program.ts')];
  const seller = child(cleanup, process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const sold = once(seller, 'message') as Promise<[Sold]>;
  const ended = once(seller, 'exit').then(([code]) => {
    throw new Error(`a process that sold ended with ${code}`);
  });
  seller.send(sale);
  const [result] = await Promise.race([sold, ended]);
  seller.disconnect();
  return result;
}

/** So many processes, each with a committer of its own, sell at the same time. */
export async function sellBy(processes: number, cleanup: Cleanup, sale: Sale): Promise<Selling> {
  const all = await Promise.all(Array.from({ length: processes }, () => sell(cleanup, sale)));
  const total = (count: (sold: Sold) => number) => all.reduce((sum, sold) => sum + count(sold), 0);
  const reserved = total((sold) => sold.reserved);
  return {
    ...summary(
      all.flatMap(({ milliseconds }) => milliseconds),
      sale.seconds,
    ),
    reserved,
    commandsPerBatch: reserved / total(({ batches }) => batches),
    conflicts: total(({ conflicts }) => conflicts),
    locked: total(({ locked }) => locked),
  };
}
