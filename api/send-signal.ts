import { WorkflowNotFoundError } from '@temporalio/client';
import { noteStartedAnew } from '../src/store';
import type { Dependencies } from './dependencies';
import { startAnew } from './start-anew';
import { askTemporal, temporalLimits } from './temporal-calls';
import { signalUntilTaken, untilTaken } from './until-taken';

export type SignalNeeds = Pick<Dependencies, 'temporal' | 'database' | 'logger' | 'now'>;

/**
 * Signals the workflow of a stream. Where that is gone though its stream goes on, it is started anew with the signal: what is
 * answered with 2xx comes to pass. False when the stream is over. Throws `unavailable` where Temporal is away.
 */
export async function sendSignal(
  { temporal, database, logger, now }: SignalNeeds,
  stream: string,
  name: string,
  ...args: unknown[]
): Promise<boolean> {
  const { callMilliseconds } = temporalLimits;
  const handle = temporal.workflow.getHandle(stream);
  try {
    await askTemporal(temporal, callMilliseconds, () => signalUntilTaken(handle, name, ...args));
    return true;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
  const because = `its workflow was gone when it was sent ${name}`;
  const outcome = await askTemporal(temporal, callMilliseconds, () =>
    untilTaken(() => startAnew({ temporal, database, now }, stream, because, { name, args }), handle),
  );
  if (outcome === 'over') return false;
  logger.warn({ stream, because }, 'a workflow was started anew from its stream');
  await noteStartedAnew(database, { stream, because }).catch((error: unknown) =>
    logger.warn({ err: error, stream }, 'that a workflow was started anew cannot be kept'),
  );
  return true;
}
