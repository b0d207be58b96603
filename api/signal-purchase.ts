import { WorkflowNotFoundError } from '@temporalio/client';
import { purchaseStream } from '../src/domain';
import type { Dependencies } from './dependencies';
import { startAnew } from './start-anew';
import { askTemporal, temporalLimits } from './temporal-calls';

/**
 * Signals a purchase. Where its workflow is gone though it is not over, it is started anew with the signal: what is answered with
 * 2xx comes to pass. False when the purchase is over. Throws `unavailable` where Temporal is away.
 */
export async function signalPurchase(
  { temporal, database, now }: Pick<Dependencies, 'temporal' | 'database' | 'now'>,
  purchaseId: string,
  name: string,
  ...args: unknown[]
): Promise<boolean> {
  const stream = purchaseStream(purchaseId);
  const { callMilliseconds } = temporalLimits;
  try {
    await askTemporal(temporal, callMilliseconds, (client) => client.workflow.getHandle(stream).signal(name, ...args));
    return true;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
  const because = `its workflow was gone when it was sent ${name}`;
  const outcome = await askTemporal(temporal, callMilliseconds, () =>
    startAnew({ temporal, database, now }, stream, because, { name, args }),
  );
  return outcome !== 'over';
}
