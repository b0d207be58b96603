import { salesByDay } from '../../src/projections';
import type { Dependencies } from '../dependencies';
import { findOwnPool } from '../find';
import { type Answer, type Route, route } from '../route';
import { salesAnswer, salesQuery } from '../schemas';

export function analyticsRoutes(dependencies: Dependencies): Route[] {
  const byDay = route({
    method: 'get',
    path: '/v1/analytics/sales-by-day',
    summary: 'Confirmed sales of a pool by UTC day',
    roles: ['promoter'],
    query: salesQuery,
    answers: { 200: { description: 'Totals in minor units, count of purchases, and tickets', schema: salesAnswer } },
    problems: ['validation-failed', 'unauthorized', 'forbidden', 'not-found'],
    async handle({ query, caller }): Promise<Answer> {
      const pool = await findOwnPool(dependencies, query.pool, caller);
      const { days } = await salesByDay(dependencies.database, pool.name);
      return { status: 200, body: { days, currency: pool.price.currency } };
    },
  });
  return [byDay];
}
