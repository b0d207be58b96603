import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';

export const commitFeedLimits = {
  /** Waits at one time; the next one is not woken and ends by its own time limit. */
  waiting: 20_000,
  reconnectMilliseconds: { first: 100, most: 2_000 },
} as const;

type Wake = () => void;

/**
 * One LISTEN connection per process that wakes whoever waits for a stream to change. A wake is a hint to look again:
 * it also comes when the connection was lost and word of a commit may have been missed.
 */
export class CommitFeed {
  private readonly waiting = new Map<string, Set<Wake>>();
  private count = 0;
  private client: Client | undefined;
  private stopped = false;
  private loop: Promise<void> | undefined;

  constructor(
    private readonly databaseUrl: string,
    private readonly onError: (error: Error) => void,
  ) {}

  start(): void {
    this.loop ??= this.listen();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.client?.end().catch(() => undefined);
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

  private async listen(): Promise<void> {
    let pause: number = commitFeedLimits.reconnectMilliseconds.first;
    while (!this.stopped) {
      const client = new Client({ connectionString: this.databaseUrl, keepAlive: true });
      this.client = client;
      const lost = new Promise<void>((resolve) => client.once('end', () => resolve()));
      client.on('error', this.onError);
      client.on('notification', ({ payload }) => this.heard(payload ?? ''));
      try {
        await client.connect();
        await client.query('LISTEN commits');
        pause = commitFeedLimits.reconnectMilliseconds.first;
        this.wakeAll();
        await lost;
      } catch (error) {
        if (!this.stopped) this.onError(error instanceof Error ? error : new Error(String(error)));
        await client.end().catch(() => undefined);
      }
      if (this.stopped) return;
      await delay(pause);
      pause = Math.min(pause * 2, commitFeedLimits.reconnectMilliseconds.most);
    }
  }

  private heard(payload: string): void {
    if (payload === '') this.wakeAll();
    else for (const stream of payload.split(',')) for (const wake of [...(this.waiting.get(stream) ?? [])]) wake();
  }

  private wakeAll(): void {
    for (const wakes of [...this.waiting.values()]) for (const wake of [...wakes]) wake();
  }
}
