/**
 * A process that outlives the supervisor for a moment: once the supervisor is gone, however it went, it ends the
 * programs that the supervisor had named to it, the last started first, and then itself.
 */
import { endProcess, type ProcessIdentity } from './processes';

/** What the supervisor tells its guard. */
export type GuardMessage =
  | { readonly kind: 'watch'; readonly identity: ProcessIdentity; readonly signal: NodeJS.Signals }
  | { readonly kind: 'forget'; readonly pid: number };

const GRACE_MS = 2_500;

const watched = new Map<number, Extract<GuardMessage, { kind: 'watch' }>>();

process.on('message', (message: GuardMessage) => {
  if (message.kind === 'watch') watched.set(message.identity.pid, message);
  else watched.delete(message.pid);
});

process.once('disconnect', async () => {
  for (const { identity, signal } of [...watched.values()].reverse()) await endProcess(identity, signal, GRACE_MS);
  process.exit();
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
