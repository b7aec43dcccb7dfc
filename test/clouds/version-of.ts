import type { Step } from '../../src/providers/step.ts';

/** The version that a step is about. */
export interface VersionOf {
  readonly version: number;
}

/** Whether a step is about a version. */
export function isVersionStep(step: Step): step is Extract<Step, { readonly version: number }> {
  return 'version' in step;
}
