/** A signal that waits to be handled. */
export interface Letter<Signal extends string> {
  name: Signal;
  input: unknown;
  /** Names its step in the stream: the same for the same signal, whichever run handles it. */
  stepId: string;
  /** By which those who sent it ask for its outcome. */
  requestIds: readonly string[];
  /** As many signals became this one. */
  times: number;
  /** Of its input, as it was sent. */
  bytes: number;
}

/** Ids of requests are short; anything longer is no id of ours. */
const requestIdLimit = 100;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * The letter of a signal that arrived as number `nth` in a chain of runs, from the first one on. A run after a reset hears
 * the same signals in the same order. A chain that was started anew has another name.
 */
export function letterOf<Signal extends string>(
  { name, input, bytes }: { name: Signal; input: unknown; bytes: number },
  nth: number,
  chain: string,
): Letter<Signal> {
  const requestId = requestIdIn(input);
  const stepId = requestId !== undefined && uuid.test(requestId) ? `asked-${requestId}` : `arrived-${chain}-${nth}`;
  return { name, input, stepId, requestIds: requestId === undefined ? [] : [requestId], times: 1, bytes };
}

function requestIdIn(input: unknown): string | undefined {
  if (typeof input !== 'object' || input === null || !('requestId' in input)) return undefined;
  const { requestId } = input;
  return typeof requestId === 'string' && requestId.length <= requestIdLimit ? requestId : undefined;
}
