import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { connectionLimits } from './connect';

export const commitFeedLimits = {
  /** Waits at one time; the next one is not woken and ends by its own time limit. */
  waiting: 20_000,
  reconnectMilliseconds: { first: 100, most: 2_000 },
} as const;

type Wake = () => void;
/** The streams that changed; undefined where any may have, as after a lost connection. */
export type CommitListener = (streams: readonly string[] | undefined) => void;

/**
 * One LISTEN connection per process that wakes whoever waits for a stream to change. A wake is a hint to look again:
 * it also comes when the connection was lost and word of a commit may have been missed.
 */
export class CommitFeed {
  private readonly listeners = new Set<CommitListener>();
  private readonly waiting = new Map<string, Set<Wake>>();
  private count = 0;
  private readonly stopping = new AbortController();
  private socket: Socket | undefined;
  private loop: Promise<void> | undefined;

  constructor(
    private readonly databaseUrl: string,
    private readonly onError: (error: Error) => void,
  ) {}

  start(): void {
    this.loop ??= this.listen();
  }

  /** Does not wait for Postgres, which may not answer any more. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.socket?.destroy();
    this.wakeAll();
    await this.loop;
  }

  /** Runs `wake` at the next commit to the stream; returns how to stop waiting. */
  onChange(stream: string, wake: Wake): () => void {
    if (this.count >= commitFeedLimits.waiting) return () => undefined;
    const wakes = this.waiting.get(stream) ?? new Set();
    this.waiting.set(stream, wakes.add(wake));
    this.count += 1;
    return () => {
      if (!wakes.delete(wake)) return;
      this.count -= 1;
      if (wakes.size === 0 && this.waiting.get(stream) === wakes) this.waiting.delete(stream);
    };
  }

  /** Calls `listener` at every commit; returns how to stop that. */
  onCommit(listener: CommitListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private async listen(): Promise<void> {
    const { signal } = this.stopping;
    const { first, most } = commitFeedLimits.reconnectMilliseconds;
    let pause: number = first;
    while (!signal.aborted) {
      const socket = new Socket();
      this.socket = socket;
      try {
        const { end } = await this.subscribe(socket);
        pause = first;
        this.wakeAll();
        await end;
      } catch (error) {
        if (!signal.aborted) this.onError(error instanceof Error ? error : new Error(String(error)));
      }
      socket.destroy();
      await delay(pause, undefined, { signal }).catch(() => undefined);
      pause = Math.min(pause * 2, most);
    }
  }

  /** Listens on a new connection; what it gives ends when the connection does. */
  private async subscribe(socket: Socket): Promise<{ end: Promise<void> }> {
    const client = new Client({
      connectionString: this.databaseUrl,
      connectionTimeoutMillis: connectionLimits.connectMilliseconds,
      keepAlive: true,
      stream: () => socket,
    });
    const end = new Promise<void>((resolve) => client.once('end', () => resolve()));
    client.on('error', (error) => {
      if (!this.stopping.signal.aborted) this.onError(error);
    });
    client.on('notification', ({ payload }) => this.heard(payload ?? ''));
    await client.connect();
    await client.query('LISTEN commits');
    return { end };
  }

  private heard(payload: string): void {
    if (payload === '') this.wakeAll();
    else this.wake(payload.split(','));
  }

  private wake(streams: readonly string[]): void {
    for (const stream of streams) for (const wake of [...(this.waiting.get(stream) ?? [])]) wake();
    for (const listener of [...this.listeners]) listener(streams);
  }

  private wakeAll(): void {
    for (const wakes of [...this.waiting.values()]) for (const wake of [...wakes]) wake();
    for (const listener of [...this.listeners]) listener(undefined);
  }
}
