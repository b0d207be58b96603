import { poolNamed, salesByDay } from '../../src/projections';
import type { Dependencies } from '../dependencies';
import { notFound, Problem } from '../problem';
import { type Answer, type Route, route } from '../route';
import { salesAnswer, salesQuery } from '../schemas';

export function analyticsRoutes({ database }: Dependencies): Route[] {
  const byDay = route({
    method: 'get',
    path: '/v1/analytics/sales-by-day',
    summary: 'Confirmed sales of a pool by UTC day',
    roles: ['promoter'],
    query: salesQuery,
    answers: { 200: { description: 'Totals in minor units, count of purchases, and tickets', schema: salesAnswer } },
    problems: ['validation-failed', 'unauthorized', 'forbidden', 'not-found'],
    async handle({ query, caller }): Promise<Answer> {
      const pool = await poolNamed(database, query.pool);
      if (!pool) throw notFound(`pool ${query.pool}`);
      if (caller.role !== 'operator' && pool.promoter !== caller.subject) {
        throw new Problem('forbidden', `The pool ${pool.name} belongs to another promoter.`);
      }
      const { days } = await salesByDay(database, pool.name);
      return { status: 200, body: { days, currency: pool.price.currency } };
    },
  });
  return [byDay];
}
