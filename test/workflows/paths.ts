import type { WorkflowHandle } from '@temporalio/client';
import { poolPaths } from './pool-paths';
import { purchasePaths } from './purchase-paths';
import { showPaths } from './show-paths';
import type { Stage } from './stage';

/** One way that a workflow can go, from its start as far as it gets. */
export interface Path {
  /** Names its recorded history as well. */
  name: string;
  /** What the workflow says of itself at the end. */
  status: string;
  play(stage: Stage): Promise<WorkflowHandle>;
}

/** Every way that the workflows can go. Whoever adds one to the workflows adds it here, and records its history. */
export const paths: readonly Path[] = [...purchasePaths, ...poolPaths, ...showPaths];
