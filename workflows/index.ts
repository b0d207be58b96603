/** Temporal workflows, and nothing else: deterministic, no zod, no state outside a run. */
export { pool } from './pool';
export { purchase } from './purchase';
export { show } from './show';
