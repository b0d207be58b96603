import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';

const connectPauseMilliseconds = 500;

/** A client that reconnects by itself; Temporal need not be there yet. */
export function lazyClient(address: string, namespace: string): Client {
  return new Client({ connection: Connection.lazy({ address }), namespace });
}

/** Waits, as long as it takes, until `connect` succeeds or `stopping` is aborted. */
export async function untilConnected<Connected>(
  connect: () => Promise<Connected>,
  onFailure: (error: unknown) => void,
  stopping: AbortSignal,
): Promise<Connected | undefined> {
  while (!stopping.aborted) {
    try {
      return await connect();
    } catch (error) {
      onFailure(error);
      await delay(connectPauseMilliseconds, undefined, { signal: stopping }).catch(() => undefined);
    }
  }
  return undefined;
}
