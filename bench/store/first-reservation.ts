import { connect } from '../../src/store';
import { reserveAtOnce } from './reserve-at-once';

/** A process of its own: reserves one ticket, and tells its parent how many milliseconds that took. */
async function main([databaseUrl = '', pool = '', snapshots]: readonly string[]): Promise<void> {
  const database = connect(databaseUrl, () => undefined);
  // A worker has its connections before its first command.
  await database.query('SELECT 1');
  const began = performance.now();
  await reserveAtOnce({ database, pool, count: 1, snapshots: snapshots === 'without' ? 'without' : 'reading' });
  process.send?.(performance.now() - began);
  await database.end();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error}\n`);
  process.exitCode = 1;
});
