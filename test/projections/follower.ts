import pino from 'pino';
import { followEvents } from '../../src/runtime/worker';

/** Follows the events of the database given, as every worker does, until SIGTERM. */
const stop = followEvents({ databaseUrl: process.argv[2] ?? '' }, pino({ level: 'silent' }));
process.on('SIGTERM', () => void stop().then(() => process.exit(0)));
process.stdout.write('following\n');
