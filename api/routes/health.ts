import { requireRole } from '../authentication';
import type { Dependencies } from '../dependencies';
import { Readiness } from '../readiness';
import { type Answer, type Route, route } from '../route';
import { liveAnswer, metricsAnswer, readyAnswer } from '../schemas';

/** Whether this process lives, whether the whole can sell, and its metrics. */
export function healthRoutes(dependencies: Dependencies): Route[] {
  const { keyring, registry } = dependencies;
  const readiness = new Readiness(dependencies);

  const live = route({
    method: 'get',
    path: '/health/live',
    summary: 'Whether this process answers',
    roles: 'all',
    answers: { 200: { description: 'It does', schema: liveAnswer } },
    problems: [],
    handle: async () => ({ status: 200, body: { status: 'live' } }),
  });

  const ready = route({
    method: 'get',
    path: '/health/ready',
    summary: 'Whether Postgres, Temporal and a worker are there, and can write',
    roles: 'all',
    answers: {
      200: { description: 'Ready to sell', schema: readyAnswer },
      503: { description: 'Not ready, and which part is away', schema: readyAnswer },
    },
    problems: [],
    async handle(): Promise<Answer> {
      const missing = await readiness.away();
      const isReady = missing.length === 0;
      return { status: isReady ? 200 : 503, body: { status: isReady ? 'ready' : 'not-ready', away: missing } };
    },
  });

  const metrics = route({
    method: 'get',
    path: '/metrics',
    summary: 'Metrics of this process; from the same machine without a key, else with one of an operator',
    roles: 'all',
    answers: { 200: { description: 'All of them', schema: metricsAnswer } },
    answerType: 'text/plain',
    problems: ['unauthorized', 'forbidden'],
    async handle({ fromLoopback, header }): Promise<Answer> {
      if (!fromLoopback) requireRole(keyring.caller(header('authorization')), []);
      return { status: 200, headers: { 'Content-Type': registry.contentType }, body: await registry.metrics() };
    },
  });

  return [live, ready, metrics];
}
