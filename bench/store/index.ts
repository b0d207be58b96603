/** What the event store and its read side do under load, each scenario on a database of its own. */
import { availabilityReads } from './availability-reads';
import { hotPool } from './hot-pool';
import { projectionLag } from './lag';
import { liveListeners } from './live-listeners';
import { readyAfterRestart } from './ready-after-restart';
import { rebuildSpeed } from './rebuild';
import type { Scenario } from './scenario';
import { seatClaims } from './seats';
import { thousandPools } from './thousand-pools';
import { threeProcesses } from './three-processes';

export type { Report } from './scenario';

export const storeScenarios: Readonly<Record<string, Scenario>> = {
  'hot-pool': hotPool,
  'three-processes': threeProcesses,
  'thousand-pools': thousandPools,
  seats: seatClaims,
  rebuild: rebuildSpeed,
  lag: projectionLag,
  'availability-reads': availabilityReads,
  'live-listeners': liveListeners,
  restart: readyAfterRestart,
};
