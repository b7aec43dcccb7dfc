import type { RetryDependencies } from '../http/retry.ts';
import type { ImportJobs } from './import-jobs.ts';
import type { Listing } from './list-all.ts';

/** What the steps of one operation share. */
export interface Steps extends Listing, Pick<RetryDependencies, 'wait'> {
  readonly jobs: ImportJobs;
  /** How often imports into a version have failed, by its id. */
  readonly failedImports: Map<string, number>;
}
