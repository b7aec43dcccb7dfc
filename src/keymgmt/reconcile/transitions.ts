import type { Distribution, ExistingVersion } from '../records/distribution.ts';
import { withVersion } from '../records/distribution.ts';
import { planDistribution } from './plan.ts';
import type { Step } from '../../providers/step.ts';
import type { Desired } from './desired.ts';

/** The record after a step that succeeded. */
export function afterStep(known: Distribution, step: Step): Distribution {
  switch (step.action) {
    case 'find':
    case 'create':
      // Their outcome is more than success: create-version.ts sets it.
      return known;
    case 'import':
      return withVersion(known, step.version, { ...existing(known, step.version), state: 'ready', enabled: true });
    case 'enable':
    case 'disable':
      return withVersion(known, step.version, {
        ...existing(known, step.version),
        state: 'ready',
        enabled: step.action === 'enable',
      });
    case 'set_current':
      return { ...known, current: step.version, reached: Math.max(step.version, known.reached ?? 0) };
    case 'remove_name': {
      const { current: _gone, ...rest } = known;
      return { ...rest, name_removed: true };
    }
    case 'remove':
      return withVersion(known, step.version, undefined);
    case 'remove_replaced':
      return { ...known, retired: (known.retired ?? []).filter((id) => id !== step.remoteId) };
  }
}

/**
 * The record with everything marked as not known that outstanding steps may have changed half-way.
 *
 * An enable or disable that was under way when the process died may or may not have taken effect. As long as the wish
 * stays, the plan repeats it; before the wish changes, the record must forget what it believed, or the opposite wish
 * would look fulfilled.
 */
export function withSwitching(desired: Desired, known: Distribution): Distribution {
  let doubted = known;
  for (const step of planDistribution(desired, known)) {
    if (step.action === 'enable' || step.action === 'disable') doubted = withDoubt(doubted, step.version);
  }
  return doubted;
}

/** The record with one version's `enabled` not known. */
export function withDoubt(known: Distribution, version: number): Distribution {
  const state = known.versions[version];
  if (state?.state !== 'ready' || state.enabled === undefined) return known;
  const { enabled: _unknown, ...rest } = state;
  return withVersion(known, version, rest);
}

function existing(known: Distribution, version: number): ExistingVersion {
  const state = known.versions[version];
  if (state === undefined || state.state === 'creating') throw new Error(`version ${version} is not known to exist`);
  return state;
}
