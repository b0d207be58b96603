import type { WorkflowHandle } from '@temporalio/client';

/** A signal as anybody with Temporal's CLI or web UI can send it: of any name, its payload in any encoding. */
export async function sendRaw(
  handle: WorkflowHandle,
  signalName: string,
  encoding: string,
  data: string,
): Promise<void> {
  const { workflowService, options } = handle.client;
  await workflowService.signalWorkflowExecution({
    namespace: options.namespace,
    workflowExecution: { workflowId: handle.workflowId },
    signalName,
    input: { payloads: [{ metadata: { encoding: Buffer.from(encoding) }, data: Buffer.from(data) }] },
  });
}

/** Payloads that the SDK's own converter cannot read. */
export const unreadable: readonly (readonly [encoding: string, data: string])[] = [
  ['binary/encrypted', 'abc'],
  ['binary/protobuf', '\u0000\u0001'],
  ['json/plain', '{"reason":'],
  ['json/plain', ''],
  ['', '{}'],
];

/** Of a name that the SDK lets no handler have. */
export const reservedName = '__temporal_signal';
