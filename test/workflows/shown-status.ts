import type { WorkflowHandle } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { searchAttributes } from '../../src/domain';

const key = defineSearchAttributeKey(searchAttributes.status, SearchAttributeType.KEYWORD);

/** The status by which operators find a workflow. */
export async function statusShownBy(handle: WorkflowHandle): Promise<string | undefined> {
  return (await handle.describe()).typedSearchAttributes.get(key);
}
