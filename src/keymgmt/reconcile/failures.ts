import { ProviderError, type ProviderErrorReason } from '../../providers/errors.ts';
import type { Place } from '../../providers/step.ts';
import { reconcileStepText, type ReconcileStep } from '../reconcile-step.ts';
import { placeOf, placesOf, type Distribution, type VersionRecord } from '../records/distribution.ts';

/** What no waiting mends. Of missing credentials every other call would say the same, so the run ends. */
const FINAL: ReadonlySet<ProviderErrorReason> = new Set([
  'forbidden',
  'invalid_request',
  'not_found',
  'already_exists',
  'invalid_state',
  'pending_deletion',
]);

/** What a cloud may also say of an object that was made, or filled, a moment ago. */
const PERHAPS_NOT_YET: ReadonlySet<ProviderErrorReason> = new Set(['not_found', 'invalid_state']);

/**
 * A permission that is missing for so many versions is missing for the rest: with thousands of them a run would spend its
 * time on refusals.
 */
const MAX_REFUSALS = 20;

interface Failure {
  readonly step: ReconcileStep;
  readonly error: ProviderError;
}

/** What has failed in a run, and what of the plan is done all the same. */
export interface Failures {
  readonly any: boolean;
  /** Takes note of a failure. @returns whether the run goes on */
  goOn(step: ReconcileStep, error: unknown, known: Distribution): boolean;
  /** What of a plan can be done now. */
  possible(plan: readonly ReconcileStep[], known: Distribution): readonly ReconcileStep[];
  /** The steps that are left, the failed ones first. */
  firstIn(left: readonly ReconcileStep[]): readonly ReconcileStep[];
  /** What was refused, then what did not answer, each in the order in which it happened; the first is the cause. */
  errors(): readonly ProviderError[];
}

/**
 * Makes the failures of one run.
 *
 * A refusal that is the same when it is tried again does not keep a version in use that is below `min_enabled_version`;
 * see {@link stepsDespite}. Any other failure ends the run, but at one of several places only: the others are reconciled.
 */
export function failuresOfRun(): Failures {
  /** By the text of their steps, which tells them apart. */
  const refusals = new Map<string, Failure>();
  const unavailable = new Map<Place, Failure>();
  const all = (): readonly Failure[] => [...refusals.values(), ...unavailable.values()];
  const isOf = (place: Place) => (failure: Failure) => failure.step.place === place;

  return {
    get any() {
      return refusals.size + unavailable.size > 0;
    },
    goOn(step, error, known) {
      if (!(error instanceof ProviderError)) return false;
      if (isFinal(error) && !known.removing) {
        refusals.set(reconcileStepText(step), { step, error });
        return true;
      }
      const others = placesOf(known).length > 1;
      if (others) unavailable.set(step.place, { step, error });
      return others;
    },
    possible(plan, known) {
      if (refusals.size + unavailable.size === 0) return plan;
      const open = plan.filter((step) => !refusals.has(reconcileStepText(step)));
      return placesOf(known).flatMap((place) => {
        if (unavailable.has(place)) return [];
        const steps = open.filter((step) => step.place === place);
        const failed = [...refusals.values()].filter(isOf(place));
        if (failed.length > 0) return stepsDespite(failed, steps, known, place);
        // What was to be made first may have failed at another place.
        return independent(steps, known);
      });
    },
    firstIn(left) {
      const failed = all().map(({ step }) => step);
      const texts = new Set(failed.map(reconcileStepText));
      return [...failed, ...left.filter((step) => !texts.has(reconcileStepText(step)))];
    },
    errors: () => all().map(({ error }) => error),
  };
}

/** Whether a failure is a refusal that will be the same when it is tried again. */
export function isFinal(error: unknown): error is ProviderError {
  return error instanceof ProviderError && FINAL.has(error.reason) && !error.ambiguous;
}

/**
 * What of the steps at one place is done although the KMS has refused some of it for good.
 *
 * A version below `min_enabled_version` must not be used any more, and a permission that is missing elsewhere must not
 * keep it in use: what else the minimum disables is disabled, also where the name still points to it. That one is left,
 * though, where a moment's wait may mend the refusal: applications would reach no version in use meanwhile. Beyond that,
 * nothing goes on after a refusal but what does not depend on it: all of the plan, where only disabling was refused.
 */
export function stepsDespite(
  refused: readonly Failure[],
  open: readonly ReconcileStep[],
  known: Distribution,
  place: Place,
): readonly ReconcileStep[] {
  if (refused.length >= MAX_REFUSALS) return [];
  const others = refused.filter(({ step }) => step.action !== 'disable');
  if (others.length === 0) return open;
  // A creation is about no object that was made before.
  const mayPass = others.some(({ step, error }) => step.action !== 'create' && PERHAPS_NOT_YET.has(error.reason));
  const record = placeOf(known, place);
  return open.filter((step) => {
    // What was never enabled cannot be disabled.
    if (step.action !== 'disable' || !holdsMaterial(record?.versions[step.version])) return false;
    return !mayPass || (record?.current !== undefined && record.current !== step.version);
  });
}

function holdsMaterial(version: VersionRecord | undefined): boolean {
  return version?.state === 'enabled' || version?.state === 'disabled' || version?.state === 'switching';
}

/** The steps about versions that have been made; after one that is not, nothing is done to its version. */
function independent(steps: readonly ReconcileStep[], known: Distribution): readonly ReconcileStep[] {
  const blocked = new Set<number>();
  return steps.filter((step) => {
    const version = 'version' in step ? step.version : undefined;
    if (isMade(step, known) && (version === undefined || !blocked.has(version))) return true;
    if (version !== undefined) blocked.add(version);
    return false;
  });
}

/** Whether a step's version has been made, at the place or, for a replica, at the home place. */
function isMade(step: ReconcileStep, known: Distribution): boolean {
  if (!('version' in step) || step.action === 'create' || step.action === 'resolve_attempt') return true;
  if (step.action === 'replicate') return holdsMaterial(known.versions[step.version]);
  const state = placeOf(known, step.place)?.versions[step.version];
  return state !== undefined && state.state !== 'creating';
}
