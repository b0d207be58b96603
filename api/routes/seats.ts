import type { Dependencies } from '../dependencies';
import { findPool } from '../find';
import { poolParams, seatsAnswer } from '../pool-schemas';
import { notFound } from '../problem';
import { type Route, route } from '../route';

/** The map of a numbered pool's seats. */
export function seatRoutes(dependencies: Dependencies): Route[] {
  const seats = route({
    method: 'get',
    path: '/v1/pools/{name}/seats',
    summary: 'What has become of each seat of a numbered pool, the front row first',
    roles: 'all',
    params: poolParams,
    answers: { 200: { description: 'Its rows from left to right, exact at `position`', schema: seatsAnswer } },
    problems: ['not-found'],
    async handle({ params: { name } }) {
      const reading = await dependencies.reads.seats.read(name);
      if (reading) return { status: 200, json: reading.json };
      await findPool(dependencies, name);
      throw notFound(`seat map of the pool ${name}: its tickets have no numbered seats`);
    },
  });

  return [seats];
}
