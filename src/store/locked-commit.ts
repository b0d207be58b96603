import type { Pool } from 'pg';
import { advisoryLocks } from './advisory-locks';
import type { Outcome } from './batch';
import type { Command } from './command';
import { type BatchDecider, isConflict } from './decide-batch';
import { StoreUnavailable } from './errors';
import { transaction } from './transaction';

export const lockedCommitLimits = {
  /** A process that stands still between two statements loses its transaction, and with it the locks others wait for. */
  idleMilliseconds: 5_000,
} as const;

type Commands = readonly Command<unknown>[];

/** The lock that writers share before they lock any row, so that who waits for it alone never closes a circle. */
const begin = `BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${lockedCommitLimits.idleMilliseconds};
  SELECT pg_advisory_xact_lock_shared(${advisoryLocks.writers})`;

/** Commits what optimism cannot: locks the streams' rows first, so that what is read is what is appended to. */
export class LockedCommit {
  constructor(
    private readonly pool: Pool,
    private readonly decider: BatchDecider,
  ) {}

  /** After a conflict, or where one is to be expected. Any other failure of the whole batch fails all its commands. */
  async commit(commands: Commands, error?: unknown): Promise<Outcome[]> {
    this.decider.noteConflict(error);
    if (error !== undefined && !isConflict(error)) return this.apart(commands, error);
    return this.attempt(commands).catch((failure: unknown) => this.apart(commands, failure));
  }

  /**
   * A batch that failed as a whole, for no reason that would fail them all, is tried one by one: only the guilty fails.
   * So is a single command that lost a race for a stream which was not there yet to be locked.
   */
  private async apart(commands: Commands, error: unknown): Promise<Outcome[]> {
    if (error instanceof StoreUnavailable || (commands.length === 1 && !isConflict(error))) {
      return commands.map(() => ({ ok: false, error }));
    }
    const outcomes: Outcome[] = [];
    for (const each of commands) {
      const alone = await this.attempt([each]).catch((own: unknown): Outcome[] => [{ ok: false, error: own }]);
      outcomes.push(alone[0] ?? { ok: false, error });
    }
    return outcomes;
  }

  private async attempt(commands: Commands): Promise<Outcome[]> {
    const streams = [...new Set(commands.flatMap((command) => command.streams.map(({ stream }) => stream)))];
    const { batch, outcomes } = await transaction(this.pool, begin, async (connection) => {
      const { rows } = await connection.query<{ stream: string; version: number }>(
        'SELECT stream, version::float8 FROM streams WHERE stream = ANY($1) ORDER BY stream COLLATE "C" FOR UPDATE',
        [streams],
      );
      this.decider.forgetBeyond(streams, new Map(rows.map(({ stream, version }) => [stream, version])));
      const decided = await this.decider.decide(connection, commands, { trusting: false });
      await decided.send(connection);
      return decided;
    });
    this.decider.keep(batch);
    return outcomes;
  }
}
