import type { WorkflowHandle } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';

/** What a workflow tells an operator of itself at this moment, as the web UI shows it. */
export async function currentDetails(handle: WorkflowHandle): Promise<string | null | undefined> {
  const metadata = await handle.query<temporal.api.sdk.v1.IWorkflowMetadata>('__temporal_workflow_metadata');
  return metadata.currentDetails;
}
