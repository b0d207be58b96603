/** Stories of a boxoffice that is running, told from outside: they know its HTTP API and nothing else. */
import type { Stage } from './box-office';
import { cinema } from './cinema';
import { concert } from './concert';
import { poolOfFifty } from './pool-of-fifty';

export { type Access, BoxOffice } from './box-office';

export const examples: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  'pool-of-fifty': poolOfFifty,
  cinema,
  concert,
};
