import type { Cleanup } from '../stack';

export interface ScenarioOptions {
  /** An empty, migrated database of the scenario's own. */
  databaseUrl: string;
  cleanup: Cleanup;
  /** Of one measurement. */
  seconds: number;
  say(line: string): void;
}

/** What a scenario measured, for programs and for people. */
export interface Report {
  figures: object;
  lines: string[];
}

export type Scenario = (options: ScenarioOptions) => Promise<Report>;
