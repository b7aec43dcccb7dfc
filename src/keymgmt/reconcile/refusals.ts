import { ProviderError, type ProviderErrorReason } from '../../providers/errors.ts';
import type { Distribution } from '../records/distribution.ts';
import { stepText } from '../incomplete-error.ts';
import type { Step } from '../../providers/step.ts';

/** The steps of a run that the cloud has refused for good, in this order; by their text, which tells them apart. */
export type Refusals = Map<string, { readonly step: Step; readonly error: ProviderError }>;

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

/** Whether a failure is a refusal that will be the same when it is tried again. */
export function isFinal(error: unknown): error is ProviderError {
  return error instanceof ProviderError && FINAL.has(error.reason) && !error.ambiguous;
}

/**
 * What of a plan is done although the cloud has refused some of it for good.
 *
 * A version below `min_enabled_version` must not be used any more, and a permission that is missing elsewhere must not
 * keep it in use: what else the minimum disables is disabled, also where the name still points to it. That one is left,
 * though, where a moment's wait may mend the refusal: applications would reach no version in use meanwhile. Beyond that,
 * nothing goes on after a refusal but what does not depend on it: all of the plan, where only disabling was refused.
 */
export function stepsDespite(refusals: Refusals, planned: readonly Step[], known: Distribution): readonly Step[] {
  if (refusals.size === 0) return planned;
  if (refusals.size >= MAX_REFUSALS) return [];
  const open = planned.filter((step) => !refusals.has(stepText(step)));
  const others = [...refusals.values()].filter(({ step }) => step.action !== 'disable');
  if (others.length === 0) return open;
  // A creation is about no object that was made before.
  const mayPass = others.some(({ step, error }) => step.action !== 'create' && PERHAPS_NOT_YET.has(error.reason));
  return open.filter((step) => {
    // What was never enabled cannot be disabled.
    if (step.action !== 'disable' || known.versions[step.version]?.state !== 'ready') return false;
    return !mayPass || (known.current !== undefined && known.current !== step.version);
  });
}
