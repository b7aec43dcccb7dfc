import { stepText, type Place, type Step } from '../providers/step.ts';

/** A step of the driver's plan, or one of the engine's own. */
export type ReconcileStep = Step | ResolveStep;

/** Looks for the object of an attempt whose answer was lost, which no planner knows of. */
export interface ResolveStep {
  readonly action: 'resolve_attempt';
  readonly version: number;
  readonly place: Place;
}

/** A step in words, for errors and plans. */
export function reconcileStepText(step: ReconcileStep): string {
  return step.action === 'resolve_attempt'
    ? `look for version ${step.version} of an interrupted attempt`
    : stepText(step);
}
