import { temporal } from '@temporalio/proto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { searchAttributes } from '../../src/domain';
import { available } from './surroundings';

/** The SDK gives the server 5 s to start, which a busy machine may not manage at the first try. */
const START_ATTEMPTS = 4;

/** The only one that this server knows. */
const NAMESPACE = 'default';

const { INDEXED_VALUE_TYPE_KEYWORD, INDEXED_VALUE_TYPE_KEYWORD_LIST } = temporal.api.enums.v1.IndexedValueType;
const types = {
  [searchAttributes.pool]: INDEXED_VALUE_TYPE_KEYWORD_LIST,
  [searchAttributes.status]: INDEXED_VALUE_TYPE_KEYWORD,
  [searchAttributes.customer]: INDEXED_VALUE_TYPE_KEYWORD,
  [searchAttributes.show]: INDEXED_VALUE_TYPE_KEYWORD,
};

/**
 * A time-skipping server of this suite's own, with the search attributes; end it with `teardown()` in `afterAll`. Use its
 * `client`: time skips while a result is awaited through it, and by `sleep`. Its clock starts at the real time and is one
 * for all its workflows, so tests run one after the other and take the time from `currentTimeMs()`.
 */
export async function startTimeSkipping(): Promise<TestWorkflowEnvironment> {
  const { program } = available('timeSkipping');
  const env = await startWithPatience(program);
  await env.connection.operatorService.addSearchAttributes({ namespace: NAMESPACE, searchAttributes: types });
  return env;
}

async function startWithPatience(path: string): Promise<TestWorkflowEnvironment> {
  const failures: unknown[] = [];
  while (failures.length < START_ATTEMPTS) {
    try {
      return await TestWorkflowEnvironment.createTimeSkipping({
        server: { executable: { type: 'existing-path', path } },
      });
    } catch (error) {
      failures.push(error);
    }
  }
  throw new AggregateError(failures, 'The time-skipping server does not start');
}
