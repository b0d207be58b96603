import { spawn } from 'node:child_process';
import { GuardedProcesses } from '../../../src/runtime/guarded-processes';
import { identify } from '../../../src/runtime/processes';

/** Starts a program that ignores SIGTERM, guarded in the folder given, and says its process id and the guard's. */
const guarded = new GuardedProcesses(process.argv[2] ?? '');
if (process.argv[3] === 'with-guard') guarded.openGuard();
const child = spawn('/bin/sh', ['-c', 'trap "" TERM; while :; do sleep 0.1; done'], {
  detached: true,
  stdio: 'ignore',
});
const identity = identify(child.pid ?? 0);
if (!identity) throw new Error('The program did not start');
guarded.add('stubborn', identity, 'SIGTERM');
process.stdout.write(`${identity.pid}\n`);
setInterval(() => undefined, 1_000);
