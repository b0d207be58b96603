import type { Client } from '@temporalio/client';

/** Tasks of a workflow that failed one after the other before it counts as stuck; a worker that dies makes one fail, perhaps two. */
const failedTasks = 4;

/**
 * Ends a workflow that runs and can't go on, as its tasks fail again and again: its history does not fit the code. Says so in
 * words; undefined where it goes on. Only for a stream from which a new workflow can begin, and whose time is over.
 */
export async function endIfStuck(client: Client, workflowId: string): Promise<string | undefined> {
  const { runId, raw } = await client.workflow.getHandle(workflowId).describe();
  const attempt = raw.pendingWorkflowTask?.attempt ?? 1;
  if (attempt <= failedTasks) return undefined;
  const because = `${attempt - 1} tasks of its workflow failed one after the other`;
  await client.workflow.getHandle(workflowId, runId).terminate(`${because}; a new one begins from the stream`);
  return because;
}
