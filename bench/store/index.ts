/** What the event store and its read side do under load, each scenario on a database of its own. */
import { projectionLag } from './lag';
import { readyAfterRestart } from './ready-after-restart';
import { rebuildSpeed } from './rebuild';
import type { Scenario } from './scenario';

export type { Report } from './scenario';

export const storeScenarios: Readonly<Record<string, Scenario>> = {
  rebuild: rebuildSpeed,
  lag: projectionLag,
  restart: readyAfterRestart,
};
