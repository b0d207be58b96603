import type { Pool } from 'pg';
import { storeError } from './errors';

/** What steps came to that may be asked for again long after: the first outcome of each stays. */
export class StepOutcomes {
  constructor(private readonly pool: Pool) {}

  /** Those of these steps that are known. Throws StoreUnavailable. */
  async find(steps: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
    const text = 'SELECT step, outcome FROM step_outcomes WHERE step = ANY($1::text[])';
    const query = { name: 'find-step-outcomes', text, values: [steps] };
    try {
      const { rows } = await this.pool.query<{ step: string; outcome: unknown }>(query);
      return new Map(rows.map(({ step, outcome }) => [step, outcome]));
    } catch (error) {
      throw storeError(error);
    }
  }

  /** Throws StoreUnavailable. */
  async keep(outcomes: ReadonlyMap<string, unknown>): Promise<void> {
    if (outcomes.size === 0) return;
    const text = `INSERT INTO step_outcomes (step, outcome)
      SELECT * FROM unnest($1::text[], $2::jsonb[]) ON CONFLICT (step) DO NOTHING`;
    const written = [...outcomes.values()].map((outcome) => JSON.stringify(outcome));
    try {
      await this.pool.query({ name: 'keep-step-outcomes', text, values: [[...outcomes.keys()], written] });
    } catch (error) {
      throw storeError(error);
    }
  }
}
