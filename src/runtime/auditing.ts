import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { type AuditOptions, standingAudit, standingLimits, type Turn, wholeAuditMilliseconds } from '../audit';
import { connectionLimits } from '../store';
import type { Logger } from './log';

/** Past what the audit itself allows: then the server is taken for gone. */
const answerMilliseconds = wholeAuditMilliseconds + 10_000;

/**
 * Audits for as long as this process lives, on a connection of its own for each turn and beside all other work: what
 * fails is logged and tried again.
 */
export class Auditing {
  private readonly stopping = new AbortController();
  private socket: Socket | undefined;
  private readonly loop: Promise<void>;

  constructor(
    private readonly databaseUrl: string,
    private readonly logger: Logger,
    private readonly options: AuditOptions = {},
  ) {
    this.loop = this.auditAgainAndAgain();
  }

  /** Cuts off an audit that runs: what the database works at, it ends by itself, with the statement or its time limit. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.socket?.destroy();
    await this.loop;
  }

  private async auditAgainAndAgain(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      let next: number = standingLimits.everySeconds * 1_000;
      try {
        const turn = await this.turn();
        next = turn.nextInMilliseconds;
        this.tell(turn);
      } catch (error) {
        if (!signal.aborted) this.logger.warn({ err: error }, 'the audit failed, and is tried again');
      }
      await delay(next, undefined, { signal }).catch(() => undefined);
    }
  }

  private async turn(): Promise<Turn> {
    const socket = new Socket();
    this.socket = socket;
    const connection = new Client({
      connectionString: this.databaseUrl,
      connectionTimeoutMillis: connectionLimits.connectMilliseconds,
      query_timeout: answerMilliseconds,
      keepAlive: true,
      stream: () => socket,
    });
    // One that breaks between two statements says so by an event, which must not end the process.
    connection.on('error', () => undefined);
    try {
      await connection.connect();
      return await standingAudit(connection, this.options);
    } finally {
      socket.destroy();
    }
  }

  private tell({ audited }: Turn): void {
    if (!audited) return;
    const { scope, findings, seconds } = audited;
    for (const { id: rule, number, name, breaches, sentences } of findings) {
      if (breaches === 0) continue;
      this.logger.error({ rule, number, breaches, sentences: sentences.slice(0, loggedSentences) }, `broken: ${name}`);
    }
    const breaches = findings.reduce((sum, finding) => sum + finding.breaches, 0);
    this.logger.info({ scope, breaches, seconds }, 'audited');
  }
}

/** Breaches of one rule that a line of the log tells one by one. */
const loggedSentences = 20;
