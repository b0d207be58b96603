import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { describeWith } from './describe-with';
import { createNamespace, temporalAddress } from './temporal';

describeWith('temporal', 'test namespaces', () => {
  let connection: Connection;
  beforeAll(async () => {
    connection = await Connection.connect({ address: temporalAddress() });
  });
  afterAll(() => connection.close());

  it('take workflows with our search attributes at once, and do not see those of one another', async () => {
    const [one, other] = await Promise.all([createNamespace(), createNamespace()]);
    const workflowId = randomUUID();
    await new Client({ connection, namespace: one }).workflow.start('purchase', {
      workflowId,
      taskQueue: 'nobody-polls-it',
      typedSearchAttributes: [
        { key: defineSearchAttributeKey('BoxofficePool', SearchAttributeType.KEYWORD_LIST), value: ['spring-gig'] },
        { key: defineSearchAttributeKey('BoxofficeStatus', SearchAttributeType.KEYWORD), value: 'requested' },
        { key: defineSearchAttributeKey('BoxofficeCustomer', SearchAttributeType.KEYWORD), value: 'alice' },
      ],
    });
    const elsewhere = new Client({ connection, namespace: other }).workflow.getHandle(workflowId);
    await expect(elsewhere.describe()).rejects.toThrow(/not found/i);
  });
});
