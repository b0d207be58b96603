import type { ClientBase, Pool } from 'pg';
import { StoreUnavailable, storeError } from './errors';

/**
 * Runs `work` in a transaction of its own, committed where it resolves and rolled back where it throws. Throws
 * StoreUnavailable, after which nobody knows whether it was committed, and what `work` throws.
 * @param begin such as `BEGIN ISOLATION LEVEL REPEATABLE READ`
 */
export async function transaction<Result>(
  database: Pool,
  begin: string,
  work: (connection: ClientBase) => Promise<Result>,
): Promise<Result> {
  const client = await database.connect().catch((error: unknown) => {
    throw new StoreUnavailable(error);
  });
  let broken: Error | undefined;
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    const known = storeError(error);
    if (known instanceof StoreUnavailable) broken = known;
    else {
      await client.query('ROLLBACK').catch((failure: Error) => {
        broken = failure;
      });
    }
    throw known;
  } finally {
    client.release(broken);
  }
}
