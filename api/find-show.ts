import { poolsOfShow, type Refusal } from '../src/domain';
import { poolsNamed, type ShowView, showNamed } from '../src/projections';
import type { Caller } from './authentication';
import type { Dependencies } from './dependencies';
import { presentShow } from './present-show';
import { notFound, Problem, refusalProblem } from './problem';

type Reading = Pick<Dependencies, 'database' | 'now'>;

const isOwn = ({ promoter }: ShowView, { role, subject }: Caller) =>
  role === 'operator' || (role === 'promoter' && promoter === subject);

const mayKnowOf = (show: ShowView, caller: Caller) => show.published || isOwn(show, caller);

/** A show as this caller may see it: what was never published is its promoter's. Throws `not-found`. */
export async function findShow({ database }: Reading, name: string, caller: Caller): Promise<ShowView> {
  const show = await showNamed(database, name);
  if (show && mayKnowOf(show, caller)) return show;
  throw notFound(`show ${name}`);
}

/** What a show was refused for, as this caller may hear it: that a venue is taken, and by which draft only its promoter. */
export async function refusalOfShow({ database }: Reading, refusal: Refusal, caller: Caller): Promise<Problem> {
  if (refusal.slug !== 'venue-occupied') return refusalProblem(refusal);
  const { venue } = refusal;
  const other = await showNamed(database, refusal.show);
  if (other && mayKnowOf(other, caller)) return refusalProblem(refusal);
  return new Problem(refusal.slug, `${venue} is taken at that time by a show that is not published yet.`, { venue });
}

/** A show that this promoter made; for an operator any. Throws `not-found`, and `forbidden` for one that all may see. */
export async function findOwnShow(reading: Reading, name: string, caller: Caller): Promise<ShowView> {
  const show = await findShow(reading, name, caller);
  if (isOwn(show, caller)) return show;
  throw new Problem('forbidden', `The show ${name} belongs to another promoter.`);
}

/** Shows with their sections as they are at this moment. */
export async function withSections({ database, now }: Reading, shows: readonly ShowView[]) {
  const names = shows.flatMap((show) => (show.published ? poolsOfShow(show) : []));
  const pools = new Map((await poolsNamed(database, names)).map((pool) => [pool.name, pool]));
  const moment = now();
  return shows.map((show) => presentShow(show, pools, moment));
}
