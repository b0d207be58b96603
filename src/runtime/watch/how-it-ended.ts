import { type Client, type WorkflowExecutionStatusName, WorkflowNotFoundError } from '@temporalio/client';

const inWords: Partial<Record<WorkflowExecutionStatusName, string>> = {
  TERMINATED: 'was terminated',
  FAILED: 'failed',
  TIMED_OUT: 'timed out',
  CANCELLED: 'was cancelled',
  COMPLETED: 'ended before its time',
};

/** How the last workflow of this id came to its end, in words; undefined while one runs. */
export async function howItEnded(client: Client, workflowId: string): Promise<string | undefined> {
  try {
    const { status, closeTime } = await client.workflow.getHandle(workflowId).describe();
    const words = inWords[status.name];
    return words && `its workflow ${words}${closeTime ? ` at ${closeTime.toISOString()}` : ''}`;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'its workflow is not there';
    throw error;
  }
}
