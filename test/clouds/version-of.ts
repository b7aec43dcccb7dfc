import type { Step } from '../../src/providers/step.ts';

/** Whether a step is about a version. */
export function isVersionStep(step: Step): step is Extract<Step, { readonly version: number }> {
  return 'version' in step;
}
