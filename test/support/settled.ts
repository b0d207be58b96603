import { Connection } from '@temporalio/client';
import { eventually } from './eventually';
import type { Boxoffice } from './npm-start';

/** Resolves when no purchase is under way any more: each of their workflows has run to its end. */
export async function allPurchasesEnded({ temporalAddress }: Pick<Boxoffice, 'temporalAddress'>): Promise<void> {
  const connection = await Connection.connect({ address: temporalAddress });
  try {
    await eventually(async () => {
      const query = "WorkflowType = 'purchase' AND ExecutionStatus = 'Running'";
      const { count } = await connection.workflowService.countWorkflowExecutions({ namespace: 'default', query });
      if (Number(count) > 0) throw new Error(`${count} purchases are under way`);
    });
  } finally {
    await connection.close();
  }
}
