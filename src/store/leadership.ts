import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { connectionLimits } from './connect';

export const leadershipLimits = {
  /** Between two tries to lead; a leader that died is followed within this. */
  tryMilliseconds: 500,
  /** A server that has not heard from a leader's machine for so long takes it for gone. */
  silenceSeconds: 10,
} as const;

/** Advisory locks of this class, one for each thing that is led. */
const lockClass = 842_002;

/**
 * One leader for each name among all processes on a database: a session lock on one connection of this process, let go
 * by Postgres itself when that breaks. It saves work and no more: what a leader writes is fenced by its checkpoint.
 */
export class Leadership {
  private readonly leads = new Set<string>();
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly databaseUrl: string,
    private readonly names: readonly string[],
    private readonly changed: (name: string, leads: boolean) => void,
    private readonly onError: (error: Error) => void,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const client = new Client({
        connectionString: this.databaseUrl,
        connectionTimeoutMillis: connectionLimits.connectMilliseconds,
        query_timeout: connectionLimits.connectMilliseconds,
        keepAlive: true,
        // Tells an operator in pg_stat_activity which process leads.
        application_name: `boxoffice leader, process ${process.pid}`,
      });
      client.on('error', () => undefined);
      try {
        await client.connect();
        await this.lead(client);
      } catch (error) {
        if (!signal.aborted) this.onError(error instanceof Error ? error : new Error(String(error)));
      }
      for (const name of [...this.leads]) this.set(name, false);
      await client.end().catch(() => undefined);
      await delay(leadershipLimits.tryMilliseconds, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Until it is stopped, or the connection breaks. */
  private async lead(client: Client): Promise<void> {
    const { silenceSeconds, tryMilliseconds } = leadershipLimits;
    const { signal } = this.stopping;
    for (const setting of ['tcp_keepalives_idle', 'tcp_keepalives_interval']) {
      await client.query('SELECT set_config($1, $2, false)', [setting, String(silenceSeconds / 2)]);
    }
    while (!signal.aborted) {
      const wanted = this.names.filter((name) => !this.leads.has(name));
      const { rows } = await client.query<{ name: string }>(
        'SELECT name FROM unnest($2::text[]) AS name WHERE pg_try_advisory_lock($1, hashtext(name))',
        [lockClass, wanted],
      );
      for (const { name } of rows) this.set(name, true);
      await delay(tryMilliseconds, undefined, { signal }).catch(() => undefined);
    }
  }

  private set(name: string, leads: boolean): void {
    if (leads) this.leads.add(name);
    else this.leads.delete(name);
    this.changed(name, leads);
  }
}
