import { z } from 'zod';
import { type AttentionItem, attention, attentionKinds } from '../attention';
import type { Dependencies } from '../dependencies';
import { type Answer, type Route, route } from '../route';
import { instant } from '../schemas';

export const attentionAnswer = z.object({
  items: z.array(
    z.object({
      kind: z.enum(attentionKinds),
      stream: z.string().optional().describe('Missing where it is about no stream'),
      since: instant,
      because: z.string(),
      temporal: z.url().optional().describe('Its workflow in the web UI of Temporal, where it has one'),
    }),
  ),
});

const withWorkflow = /^(purchase|pool|show)-/;

/** What operators look at when something is not as it should be. */
export function operationsRoutes({ database, temporal, temporalUiUrl }: Dependencies): Route[] {
  const workflows = `${temporalUiUrl}/namespaces/${encodeURIComponent(temporal.options.namespace)}/workflows`;

  function present({ stream, since, ...item }: AttentionItem) {
    const hasWorkflow = stream !== undefined && withWorkflow.test(stream) && temporalUiUrl !== undefined;
    return {
      ...item,
      ...(stream !== undefined && { stream }),
      since: since.toISOString(),
      ...(hasWorkflow && { temporal: `${workflows}/${encodeURIComponent(stream)}` }),
    };
  }

  const look = route({
    method: 'get',
    path: '/v1/operations/attention',
    summary: 'What an operator should look at: the oldest of each kind first, 100 of each at the most',
    roles: [],
    answers: { 200: { description: 'Nothing, where all is as it should be', schema: attentionAnswer } },
    problems: ['unauthorized', 'forbidden'],
    handle: async (): Promise<Answer> => ({ status: 200, body: { items: (await attention(database)).map(present) } }),
  });

  return [look];
}
