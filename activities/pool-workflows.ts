import type { PoolSettings } from '../src/domain';

/** What a show says to the workflows of its pools. */
export interface PoolWorkflows {
  /** Resolves once this pool's workflow runs, or has ended with its pool. */
  start(settings: PoolSettings): Promise<void>;
  /** The show changed the pool's stream: its workflow is to look again. One that has ended is no error. */
  refresh(pool: string): Promise<void>;
  /** The pool was cancelled with its show: its workflow ends open purchases, and itself. One that has ended is no error. */
  cancelSales(pool: string, reason: string): Promise<void>;
}

/** Where there is no Temporal, and streams are all that counts. */
export const noPoolWorkflows: PoolWorkflows = {
  start: async () => undefined,
  refresh: async () => undefined,
  cancelSales: async () => undefined,
};
