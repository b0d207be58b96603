import { takeDataFolder } from '../../../src/runtime/data-folder';

/** Takes the data folder given, says so, and on SIGUSR2 lets go of it after the milliseconds given, telling first. */
async function main(dataDir: string, leavingMs: number): Promise<void> {
  const lock = await takeDataFolder(dataDir, () => undefined);
  lock.tell({ url: 'http://localhost:4711' });
  process.on('SIGUSR2', () => {
    lock.tell({ stopping: true });
    process.stdout.write('leaving\n');
    setTimeout(() => {
      lock.release();
      process.exit(0);
    }, leavingMs);
  });
  process.stdout.write('held\n');
  setInterval(() => undefined, 1_000);
}

main(process.argv[2] ?? '', Number(process.argv[3]));
