import type { Client } from '@temporalio/client';
import type { Pool as Database } from 'pg';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { CartCommands } from '../activities';
import type { CommitFeed } from '../src/store';
import type { Keyring } from './authentication';
import type { LiveViews } from './live';
import type { Reads } from './reads';
import type { Undecided } from './undecided';

export interface RateLimits {
  /** Requests in any ten seconds of one key holder, or of one address without a key. */
  withKey: number;
  withoutKey: number;
}

/** What the API is handed by the composition root. */
export interface Dependencies {
  database: Database;
  temporal: Client;
  feed: CommitFeed;
  reads: Reads;
  live: LiveViews;
  carts: CartCommands;
  undecided: Undecided;
  keyring: Keyring;
  logger: Logger;
  registry: Registry;
  now(): Date;
  newId(): string;
  rateLimits: RateLimits;
  /** Where `npm start` keeps its databases, if this machine has them. */
  dataDir?: string | undefined;
  /** Where operators reach the web UI of Temporal. */
  temporalUiUrl?: string | undefined;
}
